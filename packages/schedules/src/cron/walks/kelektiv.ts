import { dayNumberOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { luxonLocal } from "../instants.ts";
import { nextWall } from "../next-wall.ts";
import { ZonedTime } from "./zoned-time.ts";

// cron 4.4.0
const RELEASED = dayNumberOf(2025, 12, 11) * DAY_MS;
const HALF_YEAR_MS = 182 * DAY_MS;

/**
 * The cron package searches by the clock, moves a time from a gap back to the gap's end where that lies in summer time,
 * and takes a time an hour or half an hour earlier where the clock looks as if it had been set back.
 */
export function kelektivWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let wall = nextWall(cron, zone.wallOf(after));
  for (; wall !== null; wall = nextWall(cron, wall)) {
    const found = new ZonedTime(luxonLocal(wall, zone, leastOffset(wall, zone)), zone, luxonLocal);
    const isShown = found.hour === hourOf(wall) && found.wall % HOUR_MS === wall % HOUR_MS;
    const { instant } = isShown ? earlier(found, after) : afterGap(found, after);
    if (instant > after) return instant;
  }
  return null;
}

/**
 * Luxon begins with the offset of the moment of asking, which is the lesser one for half of the year or more, and which no
 * program asked before this release.
 */
function leastOffset(wall: WallTime, zone: TimeZone): number {
  if (wall < RELEASED) return Math.min(zone.offsetAt(RELEASED), zone.offsetAt(RELEASED + HALF_YEAR_MS));
  return Math.min(zone.offsetAt(wall - DAY_MS), zone.offsetAt(wall + DAY_MS));
}

function newYear({ date, zone }: ZonedTime): Instant {
  return zone.instantOf(dayNumberOf(date.year, 1, 1) * DAY_MS, 0);
}

function hourOf(wall: WallTime): number {
  return Math.floor((wall - Math.floor(wall / DAY_MS) * DAY_MS) / HOUR_MS);
}

/** The end of the gap that a time fell into, where it lies in summer time; any other time may go back. */
function afterGap(time: ZonedTime, after: Instant): ZonedTime {
  const standard = time.zone.offsetAt(newYear(time));
  if (time.offset === standard) return earlier(time, after);
  let at = time;
  while (at.plus(-MINUTE_MS).offset !== standard) at = at.plus(-MINUTE_MS);
  return at;
}

/** An hour or half an hour earlier, where the clock looks as if it had been set back by that. */
function earlier(found: ZonedTime, after: Instant): ZonedTime {
  let time = found;
  const hourBefore = time.plus(-HOUR_MS);
  const isRepeated = hourBefore.hour === time.hour || time.plus(-2 * HOUR_MS).hour === hourBefore.hour;
  if (isRepeated && hourBefore.instant > after) time = hourBefore;
  const halfHourBefore = time.plus(-HOUR_MS / 2);
  const isHalfRepeated = halfHourBefore.minute === time.minute || hourBefore.minute === halfHourBefore.minute;
  return isHalfRepeated && halfHourBefore.instant > after ? halfHourBefore : time;
}
