import { dayNumberOf } from "../../civil.ts";
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS, DAY_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { dayInMonth } from "../day-in-month.ts";
import { javaLocal } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 10_000;
const LAST_YEAR = 9999;

/**
 * cron-utils moves on by elapsed time. It leaves out a run in the second pass of a repeated hour if the run before it was the
 * same one in the first pass and the next one is more than an hour away.
 */
export function cronUtilsWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const date = new ZonedTime(after, zone, javaLocal);
  const found = closest(cron, date);
  if (found === null || found.instant !== after) return found?.instant ?? null;
  const next = closest(cron, date.plus(SECOND_MS));
  if (next === null || next.offset >= date.offset) return next?.instant ?? null;
  const afterNext = closest(cron, next.plus(SECOND_MS));
  const isRare = afterNext !== null && Math.floor((afterNext.instant - next.instant) / HOUR_MS) > 1;
  return (isRare ? closest(cron, date.plus(SECOND_MS + HOUR_MS)) : next)?.instant ?? null;
}

function closest(cron: Cron, from: ZonedTime): ZonedTime | null {
  let time = from;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = step(cron, time);
    if (next === null) return time;
    time = next;
  }
  return null;
}

/** Moves the time on by the first field that does not fit; null: all fit. */
function step(cron: Cron, time: ZonedTime): ZonedTime | null {
  const { year, month, day } = time.date;
  if (cron.years !== null && !cron.years.has(year)) return toYear(cron, time);
  if (cron.months[month] !== 1) return toMonth(cron, time);
  const next = dayInMonth(cron, time.date);
  if (next === null) return time.startOfMonth(1);
  if (next !== day) return lowestTime(cron, time.plusDays(next - day));
  if (cron.hours[time.hour] !== 1) return search(time, "hour", (at) => cron.hours[at.hour] === 1);
  if (cron.minutes[time.minute] !== 1) return search(time, "minute", (at) => cron.minutes[at.minute] === 1);
  if (cron.seconds[time.second] !== 1) return search(time, "second", (at) => cron.seconds[at.second] === 1);
  return null;
}

/** The beginning of the next year of the line, or of the last year of all. */
function toYear({ years }: Cron, time: ZonedTime): ZonedTime {
  const { year } = time.date;
  const next = Math.min(...[...(years ?? [])].filter((wanted) => wanted > year), LAST_YEAR);
  return time.at(dayNumberOf(next, 1, 1) * DAY_MS);
}

/** Changes first the day and then the time, because the offset in between decides which pass a repeated reading gets. */
function toMonth(cron: Cron, time: ZonedTime): ZonedTime {
  const { year, month, day } = time.date;
  const next = cron.months.indexOf(1, month + 1);
  if (next < 0) return time.at(dayNumberOf(year + 1, 1, 1) * DAY_MS);
  const first = dayInMonth(cron, { year, month: next, day: 1 });
  if (first === null) return time.startOfMonth(1);
  const today = dayNumberOf(year, month, day);
  return lowestTime(cron, time.plusDays(dayNumberOf(year, next, first) - today));
}

function lowestTime({ hours, minutes, seconds }: Cron, time: ZonedTime): ZonedTime {
  const lowest = hours.indexOf(1) * HOUR_MS + minutes.indexOf(1) * MINUTE_MS + seconds.indexOf(1) * SECOND_MS;
  return time.at(Math.floor(time.wall / DAY_MS) * DAY_MS + lowest);
}

const SIZES = { hour: HOUR_MS, minute: MINUTE_MS, second: SECOND_MS };

function search(from: ZonedTime, unit: keyof typeof SIZES, fits: (time: ZonedTime) => boolean): ZonedTime {
  let time = from;
  do time = time.plus(SIZES[unit]);
  while (!fits(time));
  return time.startOf(unit);
}
