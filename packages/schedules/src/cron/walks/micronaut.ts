import { DAY_MS, type Instant, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { javaLocal } from "../instants.ts";
import { nextWall } from "../next-wall.ts";
import { ZonedTime } from "./zoned-time.ts";

/** From this long before a time, the steps near a clock change are the same as from any earlier start. */
const RUN_UP_MS = 3 * DAY_MS;

/**
 * Micronaut steps by elapsed time from the seconds up, and sets each step back to the start of its unit by the clock. So it often
 * finds a repeated time in its second pass, and may skip an hour that a clock change shortens.
 */
export function micronautWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let time: ZonedTime | null = new ZonedTime(after + SECOND_MS, zone, javaLocal);
  for (;;) {
    const next: ZonedTime | null = step(cron, time);
    if (next === null) return time.instant;
    time = zone.isFarFromChange(next.wall) ? withoutChange(cron, next) : next;
    if (time === null) return null;
  }
}

/** Moves the time on by the first field that does not fit; null: all fit. */
function step(cron: Cron, time: ZonedTime): ZonedTime | null {
  const { seconds, minutes, hours, months } = cron;
  if (seconds[time.second] !== 1) return time.towards("second", seconds);
  if (minutes[time.minute] !== 1) return time.towards("minute", minutes).with("second", 0);
  if (hours[time.hour] !== 1) return time.towards("hour", hours).with("minute", 0).with("second", 0);
  const isMonth = months[time.date.month] === 1;
  if (isMonth && time.isDayOf(cron)) return null;
  return time.plusDays(1).with("hour", 0).with("minute", 0).with("second", 0);
}

/** Far from a clock change, searches by readings, which is faster; null: there is no further time. */
function withoutChange(cron: Cron, time: ZonedTime): ZonedTime | null {
  const wall = nextWall(cron, time.wall - SECOND_MS);
  if (wall === null) return null;
  if (time.zone.isFarFromChange(wall)) return time.at(wall);
  const runUp = Math.floor((wall - RUN_UP_MS) / DAY_MS) * DAY_MS;
  return runUp > time.wall ? time.at(runUp) : time;
}
