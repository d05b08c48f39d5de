import { daysInMonth, dayNumberOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { dayInMonth } from "../day-in-month.ts";
import { calendarLocal } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 10_000;

/**
 * Quartz goes from the seconds up by the clock, and starts over after each field that does not fit. It moves to a day such as 15W
 * without setting the time back, and searches it from the day in the line on. So on a day that is moved forward only the first
 * time runs, and on a day that is moved back the first times may be left out.
 */
export function quartzWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const start = after + SECOND_MS;
  let time = new ZonedTime(start, zone, calendarLocal);
  const lastYear = time.date.year + cron.rules.years;
  for (let round = 0; round < ROUNDS_MAX && time.date.year <= lastYear; round++) {
    const onDay: ZonedTime | Found = toTimeOfDay(cron, time) ?? toDay(cron, time, start);
    if (onDay instanceof ZonedTime) time = onDay;
    else {
      const later = toMonth(cron, onDay.found);
      if (later === null) return onDay.found.instant;
      time = later;
    }
  }
  return null;
}

type Found = { found: ZonedTime };

/** Whether the line names a working day such as 15W: then Quartz differs from a plain search even far from a clock change. */
export function hasWorkday({ nearWorkdays, lastWorkday }: Cron): boolean {
  return lastWorkday || nearWorkdays.length > 0;
}

/** Moves the time on by its seconds, minutes or hours; null: they fit. */
function toTimeOfDay({ seconds, minutes, hours }: Cron, time: ZonedTime): ZonedTime | null {
  const second = seconds.indexOf(1, time.second);
  if (second < 0) return time.at(startOf(time, MINUTE_MS) + MINUTE_MS + seconds.indexOf(1) * SECOND_MS);
  if (second !== time.second) return time.with("second", second);
  const minute = minutes.indexOf(1, time.minute);
  if (minute !== time.minute) {
    const hour = minute < 0 ? time.hour + 1 : time.hour;
    const inHour = (minute < 0 ? minutes.indexOf(1) : minute) * MINUTE_MS;
    return toHour(time, startOf(time, DAY_MS) + inHour, hour);
  }
  const hour = hours.indexOf(1, time.hour);
  if (hour === time.hour) return null;
  const today = startOf(time, DAY_MS);
  return hour < 0 ? toHour(time, today + DAY_MS, hours.indexOf(1)) : toHour(time, today, hour);
}

/** Sets the hour; if the clock skips it, the next one. */
function toHour(time: ZonedTime, midnight: number, hour: number): ZonedTime {
  const found = time.at(midnight + hour * HOUR_MS);
  return found.hour === hour || hour === 24 ? found : time.at(midnight + (hour + 1) * HOUR_MS);
}

function startOf({ wall }: ZonedTime, unit: number): number {
  return Math.floor(wall / unit) * unit;
}

/** The time itself if its day fits; on a working day such as 15W, the same time of day; else the midnight of the next day that fits. */
function toDay(cron: Cron, time: ZonedTime, start: Instant): ZonedTime | Found {
  const { year, month, day } = time.date;
  const near = workday(cron, time, start);
  const plain = dayInMonth({ ...cron, nearWorkdays: [], lastWorkday: false }, { year, month, day });
  if (near !== null && (plain === null || near <= plain)) return { found: time.plusDays(near - day) };
  if (plain === day) return { found: time };
  return time.at(
    (plain === null ? dayNumberOf(year, month + 1, 1) : dayNumberOf(year, month, plain)) * DAY_MS,
  );
}

/** Where the first day such as 15W, from today's number on, is moved to; null: there is none, or it has passed. */
function workday(cron: Cron, time: ZonedTime, start: Instant): number | null {
  const { year, month, day } = time.date;
  const length = daysInMonth(year, month);
  const wanted = [...cron.nearWorkdays, ...(cron.lastWorkday ? [length] : [])].filter(
    (number) => number >= day && number <= length,
  );
  if (wanted.length === 0) return null;
  const only: Cron = { ...cron, ...NO_DAY, nearWorkdays: [Math.min(...wanted)] };
  const moved = dayInMonth(only, { year, month, day: 1 });
  if (moved === null) return null;
  return time.plusDays(moved - day).instant < start ? null : moved;
}

const NO_DAY = { days: new Uint8Array(32), daysFromEnd: [], lastWorkday: false };

/** The first day of the next month or year of the line; null: month and year fit. */
function toMonth({ months, years }: Cron, time: ZonedTime): ZonedTime | null {
  const { year, month } = time.date;
  const next = months.indexOf(1, month);
  if (next < 0) return time.at(dayNumberOf(year + 1, months.indexOf(1), 1) * DAY_MS);
  if (next !== month) return time.at(dayNumberOf(year, next, 1) * DAY_MS);
  return years === null || years.has(year) ? null : time.at(dayNumberOf(year + 1, 1, 1) * DAY_MS);
}
