import { dayNumberOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { luxonLocal } from "../instants.ts";
import { nextWall } from "../next-wall.ts";
import { ZonedTime } from "./zoned-time.ts";

/** The release of cron 4.4.0. */
const RELEASED_WALL = dayNumberOf(2025, 12, 11) * DAY_MS;
const HALF_YEAR_MS = 182 * DAY_MS;

/**
 * The cron package searches by the clock. It moves a time in a gap back to the end of the gap if that lies in summer time, and
 * takes a time an hour or half an hour earlier if the clock seems to have been set back.
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
 * Luxon begins with the offset of the moment at which it is called: mostly the smaller offset of a year, and never one from
 * before the release.
 */
function leastOffset(wall: WallTime, zone: TimeZone): number {
  if (wall < RELEASED_WALL)
    return Math.min(zone.offsetAt(RELEASED_WALL), zone.offsetAt(RELEASED_WALL + HALF_YEAR_MS));
  return Math.min(zone.offsetAt(wall - DAY_MS), zone.offsetAt(wall + DAY_MS));
}

function newYear({ date, zone }: ZonedTime): Instant {
  return zone.instantOf(dayNumberOf(date.year, 1, 1) * DAY_MS, 0);
}

function hourOf(wall: WallTime): number {
  return Math.floor((wall - Math.floor(wall / DAY_MS) * DAY_MS) / HOUR_MS);
}

/** The end of the gap that a time fell into, if it lies in summer time; other times may move back an hour. */
function afterGap(time: ZonedTime, after: Instant): ZonedTime {
  const standard = time.zone.offsetAt(newYear(time));
  if (time.offset === standard) return earlier(time, after);
  let at = time;
  while (at.plus(-MINUTE_MS).offset !== standard) at = at.plus(-MINUTE_MS);
  return at;
}

/** The time an hour or half an hour earlier, if the clock seems to have been set back by that. */
function earlier(found: ZonedTime, after: Instant): ZonedTime {
  let time = found;
  const hourBefore = time.plus(-HOUR_MS);
  const isRepeated = hourBefore.hour === time.hour || time.plus(-2 * HOUR_MS).hour === hourBefore.hour;
  if (isRepeated && hourBefore.instant > after) time = hourBefore;
  const halfHourBefore = time.plus(-HOUR_MS / 2);
  const isHalfRepeated = halfHourBefore.minute === time.minute || hourBefore.minute === halfHourBefore.minute;
  return isHalfRepeated && halfHourBefore.instant > after ? halfHourBefore : time;
}
