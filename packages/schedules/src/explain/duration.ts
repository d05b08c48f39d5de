const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "hour", "5 minutes", "1 day 12 hours": reads on after "every". */
export function durationText(seconds: number): string {
  let rest = seconds;
  const parts: [number, string][] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push([count, unit]);
    rest -= count * size;
  }
  const [only] = parts;
  if (parts.length === 1 && only?.[0] === 1) return only[1];
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}
