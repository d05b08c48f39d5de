import { HOUR_MS, type Instant, MINUTE_MS, DAY_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { nextElapsed } from "../plain-rules.ts";
import { nextWall } from "../next-wall.ts";
import type { Times } from "../rules.ts";

/** Winter time is shorter than two of these. */
const SEASON_MS = 120 * DAY_MS;
/** Every month has this day. */
const SAFE_DAY_MAX = 28;

/**
 * Dagster counts hourly lines by elapsed minutes, and all others by the clock: the second pass of a repeat, and in a gap the
 * full hour moved on by the amount of the clock change. For a line with one time of day, this holds only from 1 to 3 o'clock.
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

/** Whether Dagster takes the line for a daily, weekly or monthly one. */
function isOfOneTime(cron: Cron): boolean {
  const isOne = (values: Uint8Array) => values.indexOf(1) === values.lastIndexOf(1);
  const { day, month, weekday } = wildcards(cron);
  if (![cron.minutes, cron.hours].every(isOne) || !month || cron.nthWeekdays.length > 0) return false;
  const isMonthly = isOne(cron.days) && cron.days.indexOf(1) >= 1 && cron.days.indexOf(1) <= SAFE_DAY_MAX;
  return day ? weekday || !isMixed(cron.fields[4]) : isMonthly && weekday;
}

/** Which fields croniter takes for a star: those that select all values, without a star among other entries. */
function wildcards({ fields, hours, days, months, weekdays }: Cron) {
  const isAll = (values: Uint8Array, index: number) => !values.includes(0) && !isMixed(fields[index]);
  // A day field without a star counts too if the other day field has a star.
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

/** Minutes are those of UTC, unless the zone's offset has minutes even in summer: Dagster uses the offset of today. */
function nextHourly(cron: Cron, zone: TimeZone, after: Instant): Instant {
  const offset = Math.max(...[-SEASON_MS, 0, SEASON_MS].map((away) => zone.offsetAt(after + away)));
  const shift = offset % HOUR_MS === 0 ? 0 : zone.offsetAt(after);
  let next = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  while (cron.minutes[Math.floor(((next + shift) % HOUR_MS) / MINUTE_MS)] !== 1) next += MINUTE_MS;
  return next;
}

/** Null: the zone skipped the whole day, and Dagster fails. */
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

/** The full hour, moved on by the daylight saving of an hour later, which may still be in the gap. */
function afterGap(wall: WallTime, zone: TimeZone): WallTime {
  return Math.floor(wall / HOUR_MS) * HOUR_MS + savingAt(wall + HOUR_MS, zone);
}

/** The daylight saving at a reading. In a gap it is that from before; a move over the date line does not change it. */
function savingAt(wall: WallTime, zone: TimeZone): number {
  const [later, earlier] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  if (zone.wallOf(later) !== wall)
    return zone.isDaylightSaving(later - earlier < DAY_MS ? earlier : later) ? HOUR_MS : 0;
  return zone.isDaylightSaving(later) ? zone.offsetAt(later) - zone.offsetAt(later - DAY_MS) : 0;
}

type Zones = "zoneinfo" | "pytz";

/**
 * croniter 6 computes by the clock with the offset of its start. From the next midnight on, it corrects a result on the other
 * side of a clock change by the difference. What the difference of two times is depends on the zone library. `#start` is where
 * it began, or its last corrected result.
 */
class Croniter6 {
  readonly #cron: Cron;
  readonly #zone: TimeZone;
  readonly #zones: Zones;
  #start: Instant;
  #at: Instant;

  constructor(cron: Cron, zone: TimeZone, { zones, after }: { zones: Zones; after: Instant }) {
    this.#cron = cron;
    this.#zone = zone;
    this.#zones = zones;
    this.#start = this.#at = after;
  }

  next(): Instant | null {
    const zone = this.#zone;
    const step = this.#cron.seconds.indexOf(1) === this.#cron.seconds.lastIndexOf(1) ? MINUTE_MS : SECOND_MS;
    const from = this.#at + step;
    const wall = nextWall(this.#cron, Math.floor(zone.wallOf(from) / step) * step - 1);
    if (wall === null) return null;
    const found =
      this.#zones === "pytz" ? wall - zone.offsetAt(from) : zone.instantOf(wall, zone.foldAt(from));
    return (this.#at = this.#correct(found));
  }

  #correct(found: Instant): Instant {
    const zone = this.#zone;
    const lag = zone.offsetAt(found) - zone.offsetAt(this.#start);
    if (lag === 0) return found;
    const passed =
      this.#zones === "pytz" ? found - this.#start : zone.wallOf(found) - zone.wallOf(this.#start);
    const beforeMidnight = (24 - hourOf(zone.wallOf(this.#start))) * HOUR_MS;
    if (Math.abs(passed) + (lag < 0 ? Math.abs(lag) : 0) < beforeMidnight) return found;
    const moved =
      this.#zones === "zoneinfo" ? zone.instantOf(zone.wallOf(found) - lag, zone.foldAt(found)) : found - lag;
    const exists = this.#zones === "zoneinfo" || zone.offsetAt(moved) === zone.offsetAt(found);
    this.#start = exists ? moved : found;
    return this.#start;
  }
}

/** The times after `after` as one iterator of croniter 6 gives them, without those that go back. */
export function croniter6Times(zones: Zones): Times {
  return function* (cron, zone, after) {
    const croniter = new Croniter6(cron, zone, { zones, after });
    let last = after;
    for (let next = croniter.next(); next !== null; next = croniter.next()) {
      if (next > last) yield (last = next);
    }
  };
}

function hourOf(wall: WallTime): number {
  return Math.floor(wall / HOUR_MS) - Math.floor(wall / (24 * HOUR_MS)) * 24;
}
