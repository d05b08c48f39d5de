import { DAY_MS, type Instant, timeZoneOf } from "@overdue/schedules";
import { dayOfDate, timeOfDayMs } from "./hours.ts";

/** People who take turns. An override replaces the person whose turn it is; of several overrides the last one counts. */
export type Rotation = {
  id: string;
  name: string;
  timezone: string;
  /** How long a turn takes. */
  every: "day" | "week";
  /** The local day ("2026-11-23") and time ("08:00") at which the first turn begins; every hand-over is at that time. */
  startsOn: string;
  handOverAt: string;
  personIds: readonly string[];
  overrides: readonly Override[];
};

/** A substitution from `from` (inclusive) to `until` (exclusive). */
export type Override = { personId: string; from: Instant; until: Instant };

/** Who is on call, and until when: the next hand-over, or the begin or end of an override. */
export type OnCall = { personId: string; until: Instant };

/**
 * Who of a rotation is on call at an instant; null if it has no people. Hand-overs follow the wall clock of the zone, so a
 * turn during which the clock changes is an hour longer or shorter. Before the first turn the order continues backwards,
 * so that there is always somebody.
 */
export function onCallAt(rotation: Rotation, at: Instant): OnCall | null {
  const override = rotation.overrides.findLast(({ from, until }) => from <= at && at < until);
  if (override !== undefined) return { personId: override.personId, until: endOf(rotation, override, at) };
  const turn = turnAt(rotation, at);
  const personId = rotation.personIds[mod(turn, rotation.personIds.length)];
  if (personId === undefined) return null;
  const begins = rotation.overrides.map(({ from }) => from).filter((from) => from > at);
  return { personId, until: Math.min(beginOf(rotation, turn + 1), ...begins) };
}

/** The end of an override, or the start of one listed after it, which counts from then on. */
function endOf({ overrides }: Rotation, override: Override, at: Instant): Instant {
  const later = overrides.slice(overrides.indexOf(override) + 1).map(({ from }) => from);
  return Math.min(override.until, ...later.filter((from) => from > at));
}

function turnAt(rotation: Rotation, at: Instant): number {
  const day = Math.floor(timeZoneOf(rotation.timezone).wallOf(at) / DAY_MS);
  const turn = Math.floor((day - dayOfDate(rotation.startsOn)) / daysOf(rotation));
  return at < beginOf(rotation, turn) ? turn - 1 : turn;
}

function beginOf(rotation: Rotation, turn: number): Instant {
  const day = dayOfDate(rotation.startsOn) + turn * daysOf(rotation);
  return timeZoneOf(rotation.timezone).firstInstantAt(day * DAY_MS + timeOfDayMs(rotation.handOverAt));
}

function daysOf({ every }: Rotation): number {
  return every === "day" ? 1 : 7;
}

function mod(value: number, size: number): number {
  return ((value % size) + size) % size;
}
