import { HOUR_MS, type Instant, MINUTE_MS, DAY_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { nextElapsed } from "../plain-rules.ts";
import { nextWall } from "../next-wall.ts";

// Winter is shorter than two of these.
const SEASON_MS = 120 * DAY_MS;
/** Every month has this day. */
const SAFE_DAY_MAX = 28;

/**
 * Dagster: hourly lines by the minutes that pass, all others by the clock: the second pass of a repeat, and in a gap the
 * full hour moved on by the saving. A line of one time of day knows these rules for 1 to 3 o'clock only.
 */
export function* dagsterTimes(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  if (!cron.isElapsed) return yield* byReadings(cron, zone, after);
  const search = isHourly(cron) ? nextHourly : nextElapsed;
  for (let at = search(cron, zone, after); at !== null; at = search(cron, zone, at)) yield at;
}

function isHourly(cron: Cron): boolean {
  const { hour, day, month, weekday } = wildcards(cron);
  return cron.minutes.includes(0) && hour && day && month && weekday && cron.daysMustAgree;
}

/** Whether Dagster knows the line as a daily, weekly or monthly one. */
function isOfOneTime(cron: Cron): boolean {
  const isOne = (values: Uint8Array) => values.indexOf(1) === values.lastIndexOf(1);
  const { day, month, weekday } = wildcards(cron);
  if (![cron.minutes, cron.hours].every(isOne) || !month || cron.nthWeekdays.length > 0) return false;
  const isMonthly = isOne(cron.days) && cron.days.indexOf(1) >= 1 && cron.days.indexOf(1) <= SAFE_DAY_MAX;
  return day ? weekday || !isMixed(cron.fields[4]) : isMonthly && weekday;
}

/** Which fields croniter expands to a star: all values, without a star among others. */
function wildcards({ fields, hours, days, months, weekdays }: Cron) {
  const isAll = (values: Uint8Array, index: number) => !values.includes(0) && !isMixed(fields[index]);
  // A day field without a star is one where the other has a star.
  const isOpen = (index: number, other: number) =>
    [fields[index], fields[other]].some((text) => text === "?" || text?.includes("*") === true);
  return {
    hour: isAll(hours, 1),
    day: isAll(days.subarray(1), 2) && isOpen(2, 4),
    month: isAll(months.subarray(1), 3),
    weekday: isAll(weekdays, 4) && isOpen(4, 2),
  };
}

function isMixed(text = ""): boolean {
  return text.includes(",") && text.split(",").includes("*");
}

function* byReadings(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  const isDaily = isOfOneTime(cron);
  let last = after;
  let wall = nextWall(cron, isDaily ? startOfDay(zone.wallOf(after)) - 1 : zone.wallOf(after) - HOUR_MS);
  for (; wall !== null; wall = nextWall(cron, wall)) {
    const found = isDaily ? daily(wall, zone) : several(wall, zone);
    if (found === null) return;
    if (found > last) yield (last = found);
  }
}

function startOfDay(wall: WallTime): WallTime {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

/** Minutes are those of UTC, unless the zone keeps another minute even in summer: Dagster asks for the offset of today. */
function nextHourly(cron: Cron, zone: TimeZone, after: Instant): Instant {
  const offset = Math.max(...[-SEASON_MS, 0, SEASON_MS].map((away) => zone.offsetAt(after + away)));
  const shift = offset % HOUR_MS === 0 ? 0 : zone.offsetAt(after);
  let next = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  while (cron.minutes[Math.floor(((next + shift) % HOUR_MS) / MINUTE_MS)] !== 1) next += MINUTE_MS;
  return next;
}

/** Null where the day itself is missing: Dagster then fails. */
function daily(wall: WallTime, zone: TimeZone): Instant | null {
  const [first, second] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  if (first === second || !isSavingHour(wall)) return first;
  if (zone.wallOf(first) === wall) return second;
  if (first - second >= DAY_MS) return null;
  return zone.instantOf(afterGap(wall, zone), 1);
}

function several(wall: WallTime, zone: TimeZone): Instant {
  const [first, second] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  if (first === second) return first;
  if (zone.wallOf(first) === wall) return second;
  return zone.instantOf(isSavingHour(wall) ? afterGap(wall, zone) : wall, 0);
}

function isSavingHour(wall: WallTime): boolean {
  const hour = Math.floor((wall - startOfDay(wall)) / HOUR_MS);
  return hour >= 1 && hour <= 3;
}

/** The full hour moved on by what the clock saves an hour later, which may still be in the gap. */
function afterGap(wall: WallTime, zone: TimeZone): WallTime {
  return Math.floor(wall / HOUR_MS) * HOUR_MS + savingAt(wall + HOUR_MS, zone);
}

/** In a gap, what the clock saved before it; a move over the date line keeps the season. */
function savingAt(wall: WallTime, zone: TimeZone): number {
  const [later, earlier] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  if (zone.wallOf(later) !== wall)
    return zone.isDaylightSaving(later - earlier < DAY_MS ? earlier : later) ? HOUR_MS : 0;
  return zone.isDaylightSaving(later) ? zone.offsetAt(later) - zone.offsetAt(later - DAY_MS) : 0;
}
