/** Somebody else for a while, as the API tells it. */
export type Override = { personId: string; from: string; until: string };

/** What a person decides about a rotation, as the API takes and tells it. */
export type RotationDraft = {
  name: string;
  timezone: string;
  every: "day" | "week";
  /** The day on which the first person's first turn begins: "2026-11-23". */
  startsOn: string;
  /** By the zone's clock: "09:00". */
  handOverAt: string;
  personIds: string[];
  overrides: Override[];
};
