import { listText, WEEKDAY_NAMES } from "@overdue/schedules";
import { browserZone, instant, zonedText } from "../time/zones.ts";

/** A person who replaces the one whose turn it is for a while; times are ISO 8601 in UTC. */
export type Override = { personId: string; from: string; until: string };

/** The settings of an on-call rotation, as the API takes and returns them. */
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

/** "Ada, then Bob, a week each; they hand over on Mondays at 09:00 (Europe/Berlin)." */
export function rotationText(rotation: RotationDraft, people: ReadonlyMap<string, string>): string {
  const { every, startsOn, handOverAt, timezone, personIds } = rotation;
  if (personIds.length === 0) return "Nobody takes turns yet.";
  const names = personIds.map((id) => people.get(id) ?? "a removed person");
  if (names.length === 1) return `Always ${listText(names, "and")}.`;
  const day = WEEKDAY_NAMES[(new Date(`${startsOn}T00:00:00Z`).getUTCDay() + 6) % 7];
  const when = every === "day" ? "every day" : day === undefined ? "every week" : `on ${day}s`;
  return `${names.join(", then ")}, a ${every} each; they hand over ${when} at ${handOverAt} (${timezone}).`;
}

/** "Bob, Mon, 23 Nov 2026, 09:00 CET to …". */
export function overrideText(
  { personId, from, until }: Override,
  people: ReadonlyMap<string, string>,
): string {
  const zone = browserZone();
  const name = people.get(personId) ?? "a removed person";
  return `${name}, ${zonedText(instant(from), zone)} to ${zonedText(instant(until), zone)}`;
}
