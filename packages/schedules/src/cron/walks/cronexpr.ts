import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import { nextWall } from "../next-wall.ts";
import type { Cron } from "../cron.ts";
import { goDate } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 10_000;

/** hashicorp/cronexpr sets fields by the clock; on days next to a clock change it steps through hours and minutes by elapsed time. */
export function cronexprWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let from = after + SECOND_MS;
  let time: ZonedTime | null = new ZonedTime(from, zone, goDate);
  for (let round = 0; round < ROUNDS_MAX && time !== null; round++) {
    const onDay = toDay(cron, time);
    if (onDay === null) return null;
    const found = isNearChange(onDay) ? stepThroughDay(cron, onDay) : searchDay(cron, onDay);
    if (found === null) return null;
    if (found.isDone && found.time.instant > after) return found.time.instant;
    // At a day that the zone skipped, the library's search for midnight goes back; so the search continues after that day.
    if (found.isDone) from += HOUR_MS;
    time = found.isDone ? new ZonedTime(from, zone, goDate) : found.time;
  }
  return null;
}

/** The first midnight of a selected day from `time` on, or `time` itself on such a day. */
function toDay(cron: Cron, time: ZonedTime): ZonedTime | null {
  if (cron.months[time.date.month] === 1 && time.isDayOf(cron)) return time;
  const anyTime = { ...cron, hours: EVERY_HOUR, minutes: EVERY_MINUTE, seconds: EVERY_MINUTE };
  const next = nextWall(anyTime, Math.floor(time.wall / DAY_MS) * DAY_MS + DAY_MS - SECOND_MS);
  return next === null ? null : time.at(Math.floor(next / DAY_MS) * DAY_MS).nearMidnight();
}

const EVERY_HOUR = new Uint8Array(24).fill(1);
const EVERY_MINUTE = new Uint8Array(60).fill(1);

function isNearChange(time: ZonedTime): boolean {
  const before = time.plusDays(-1);
  const after = time.plusDays(1);
  return before.wall - before.instant !== after.wall - after.instant;
}

type Found = { time: ZonedTime; isDone: boolean };

/** The time on this day, or the next day, at which to continue. */
function searchDay(cron: Cron, time: ZonedTime): Found | null {
  const next = nextWall(cron, time.wall - SECOND_MS);
  if (next === null) return null;
  const today = Math.floor(time.wall / DAY_MS);
  const isToday = Math.floor(next / DAY_MS) === today;
  return { time: time.at(isToday ? next : (today + 1) * DAY_MS), isDone: isToday };
}

/** The same on a day next to a clock change: steps by hours and minutes of elapsed time, as the library does. */
function stepThroughDay(cron: Cron, from: ZonedTime): Found {
  let time = from;
  while (cron.hours[time.hour] !== 1) {
    const { hour } = time;
    time = time.plus(HOUR_MS);
    if (time.hour === hour) time = time.plus(HOUR_MS);
    time = time.plus(-(time.instant % MINUTE_MS));
    time = time.plus(-time.minute * MINUTE_MS);
    if (time.hour === 0) return { time: time.startOf("day"), isDone: false };
  }
  while (cron.minutes[time.minute] !== 1) {
    const { hour } = time;
    time = time.plus(MINUTE_MS - (time.instant % MINUTE_MS));
    if (time.hour !== hour) return { time, isDone: false };
  }
  const second = cron.seconds.indexOf(1, time.second);
  const minute = time.plus(-(time.instant % MINUTE_MS));
  if (second < 0) return { time: minute.plus(MINUTE_MS), isDone: false };
  return { time: minute.plus(second * SECOND_MS), isDone: true };
}
