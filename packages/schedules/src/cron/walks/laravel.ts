import { HOUR_MS, type Instant, MINUTE_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { phpLocal } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const STEPS_MAX = 1000;

/**
 * dragonmantank/cron-expression: within an hour after a clock change by an hour or more, the hour before or after counts too. It
 * gives up after 1,000 steps.
 */
export function laravelWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let time = new ZonedTime(Math.floor(after / MINUTE_MS) * MINUTE_MS, zone, phpLocal);
  const start = time.instant;
  for (let step = 0; step < STEPS_MAX; step++) {
    if (cron.months[time.date.month] !== 1) time = time.startOfMonth(1);
    else if (!time.isDayOf(cron)) time = time.plusDays(1).startOf("day");
    else if (!isHour(cron, time)) time = nextHour(cron, time);
    else if (cron.minutes[time.minute] !== 1 || time.instant === start) time = nextMinute(cron, time);
    else return time.instant;
  }
  return null;
}

function isHour({ hours }: Cron, time: ZonedTime): boolean {
  if (hours[time.hour] === 1) return true;
  const isNearChange = time.zone.nextChange(time.instant - HOUR_MS, time.instant) !== null;
  if (!isNearChange) return false;
  const change = time.plus(HOUR_MS).offset - time.plus(-HOUR_MS).offset;
  if (change >= HOUR_MS) return hours[time.hour - 1] === 1;
  return change <= -HOUR_MS && hours[time.hour + 1] === 1;
}

function nextHour({ hours, fields }: Cron, from: ZonedTime): ZonedTime {
  if (fields[1] === "*") return startOfHour(from.plus(HOUR_MS), from);
  const later = hours.indexOf(1, from.hour + 1);
  const target = later < 0 ? hours.indexOf(1) : later;
  let time = from;
  if (time.hour >= target) {
    const next = time.plus((24 - time.hour) * HOUR_MS);
    const isNextDay = next.date.day === time.date.day + 1 || next.hour === 0;
    time = isNextDay ? next : next.plus(time.offset - next.offset);
  }
  const found = time.plus((target - time.hour) * HOUR_MS);
  const saved = found.offset - time.offset;
  const corrected = found.plus(-saved);
  const isOvershot = saved > 0 && found.hour !== target && corrected.hour === target;
  // It goes back by a whole hour only within the day.
  return startOfHour(isOvershot && (saved < HOUR_MS || found.hour > target) ? corrected : found, from);
}

function startOfHour(time: ZonedTime, from: ZonedTime): ZonedTime {
  const start = time.startOf("hour");
  return start.instant <= from.instant ? start.plus(HOUR_MS) : start;
}

function nextMinute({ minutes, fields }: Cron, time: ZonedTime): ZonedTime {
  if (fields[0] === "*") return time.plus(MINUTE_MS);
  const later = minutes.indexOf(1, time.minute + 1);
  if (later >= 0) return time.plus((later - time.minute) * MINUTE_MS);
  const next = time.plus((60 - time.minute) * MINUTE_MS);
  return next.plus((minutes.indexOf(1) - next.minute) * MINUTE_MS);
}
