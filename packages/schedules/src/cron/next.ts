import { HOUR_MS, SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextElapsed } from "./moments.ts";
import { nextWall } from "./next-wall.ts";
import { nextByClock } from "./readings.ts";

// No clock change moves the clock by more (Samoa in 2011).
const CHANGE_MAX_MS = 25 * HOUR_MS;
const NEAR_CHANGE_MS = 50 * HOUR_MS;

/**
 * The first time of one cron line strictly later than `after`, as its scheduler starts it; null if it has none within
 * the years that the scheduler looks ahead.
 */
export function nextOfCron(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (cron.every !== null) return after + cron.every;
  const from = Math.floor(after / SECOND_MS) * SECOND_MS;
  const offset = zone.offsetAt(from);
  const wall = nextWall(cron, from + offset);
  if (wall === null) return null;
  const { walk, times } = cron.rules.clock;
  const margin = walk === undefined && times === undefined ? CHANGE_MAX_MS : NEAR_CHANGE_MS;
  if (zone.nextChange(from - margin, wall - offset + margin) === null) return wall - offset;
  if (times !== undefined) return firstOf(times(cron, zone, from));
  if (walk !== undefined) return walk(cron, zone, from);
  return cron.isElapsed ? nextElapsed(cron, zone, from) : nextByClock(cron, zone, from);
}

function firstOf(times: Iterable<Instant>): Instant | null {
  for (const time of times) return time;
  return null;
}

/** The times of one cron line after `after`, as one run of its scheduler finds them. */
export function* timesOfCron(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  const { times } = cron.rules.clock;
  if (times !== undefined) yield* times(cron, zone, Math.floor(after / SECOND_MS) * SECOND_MS);
  else for (let at = nextOfCron(cron, zone, after); at !== null; at = nextOfCron(cron, zone, at)) yield at;
}
