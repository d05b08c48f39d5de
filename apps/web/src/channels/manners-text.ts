const SPANS = [0, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440];

/** Spans to choose from, in minutes; the one that is set is among them. */
export function spansWith(collectMinutes: number): number[] {
  return [...new Set([...SPANS, collectMinutes])].toSorted((one, other) => one - other);
}

/** "at once", "in one message every 2 hours" */
export function collectText(collectMinutes: number): string {
  if (collectMinutes === 0) return "at once";
  const hours = collectMinutes / 60;
  if (!Number.isInteger(hours)) return `collected for ${collectMinutes} minutes`;
  return hours === 1 ? "collected for an hour" : `collected for ${hours} hours`;
}

/** Null: as its kind does. */
export function groupsText(groups: boolean | null): string {
  if (groups === null) return "as usual for its kind";
  return groups ? "one message" : "a message each";
}
