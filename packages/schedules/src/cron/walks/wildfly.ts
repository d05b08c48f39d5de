import { type CivilDate, civilDateOf, dayNumberOf, daysInMonth, weekdayOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { dayInMonth } from "../day-in-month.ts";
import { calendarLocal } from "../instants.ts";

const MONTHS_MAX = 12 * 200;

/** What Java's calendar shows at the instant `wall - offset`. A time that was set keeps its offset, even if another one holds. */
type Reading = { wall: WallTime; offset: number };

/**
 * WildFly's EJB timers go to the next time of day, then to a month, a day and a year that fit. They set the time of day with the
 * offset of that day, and move by days as Java's calendar does. If a move ends in the hour that a spring change skips, it uses
 * the offset from before, so that the timer runs an hour early, and once more an hour late.
 */
export function wildflyWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const search = new Search(cron, zone);
  const month = search.toMonth(search.toTimeOfDay(readingAt(after + SECOND_MS, zone)));
  const day = month === null ? null : search.toDay(month);
  const found = day === null ? null : search.toYear(day);
  return found === null ? null : found.wall - found.offset;
}

/** Whether a search at the end of a month may end on the first day of another month, whatever its weekday. */
export function leavesItsMonth(cron: Cron): boolean {
  return hasWeekday(cron) && cron.months.includes(0, 1);
}

class Search {
  readonly #cron: Cron;
  readonly #zone: TimeZone;
  readonly #firstTime: number;

  constructor(cron: Cron, zone: TimeZone) {
    this.#cron = cron;
    this.#zone = zone;
    this.#firstTime =
      cron.hours.indexOf(1) * HOUR_MS +
      cron.minutes.indexOf(1) * MINUTE_MS +
      cron.seconds.indexOf(1) * SECOND_MS;
  }

  /** The next time of today, or the first of tomorrow if today has no more. */
  toTimeOfDay(from: Reading): Reading {
    const next = this.#nextTimeOfDay(timeOfDay(from));
    const today = { ...from, wall: startOfDay(from) + next };
    return next < timeOfDay(from) ? this.#plusDays(today, 1) : today;
  }

  /** In milliseconds from midnight; the first time of the day if there is no later one. */
  #nextTimeOfDay(now: number): number {
    const { hours, minutes, seconds } = this.#cron;
    const [hour, minute] = [Math.floor(now / HOUR_MS), Math.floor((now % HOUR_MS) / MINUTE_MS)];
    if (hours[hour] === 1) {
      const inMinute = seconds.indexOf(1, (now % MINUTE_MS) / SECOND_MS);
      if (minutes[minute] === 1 && inMinute >= 0)
        return hour * HOUR_MS + minute * MINUTE_MS + inMinute * SECOND_MS;
      const later = minutes.indexOf(1, minute + 1);
      if (later >= 0) return hour * HOUR_MS + later * MINUTE_MS + seconds.indexOf(1) * SECOND_MS;
    }
    const later = hours.indexOf(1, hour + 1);
    return later < 0 ? this.#firstTime : this.#firstTime + (later - hours.indexOf(1)) * HOUR_MS;
  }

  /** The time itself, or the first of the next month that fits. */
  toMonth(from: Reading): Reading | null {
    const { months } = this.#cron;
    const { year, month } = dateOf(from);
    if (months[month] === 1) return from;
    const later = months.indexOf(1, month);
    const next = later < 0 ? months.indexOf(1) : later;
    return next < 0 ? null : this.#firstTimeOf(from, dayNumberOf(later < 0 ? year + 1 : year, next, 1));
  }

  /** By the day of month, by the weekday, or the earlier of both. A word such as FRI#2 is a day of month. */
  toDay(from: Reading): Reading | null {
    const byWeekday = hasWeekday(this.#cron) ? this.#toWeekday(from) : null;
    if (!hasMonthday(this.#cron)) return hasWeekday(this.#cron) ? byWeekday : from;
    const byMonthday = this.#toMonthday(from);
    if (byWeekday === null || byMonthday === null) return byWeekday ?? byMonthday;
    return byWeekday.wall - byWeekday.offset < byMonthday.wall - byMonthday.offset ? byWeekday : byMonthday;
  }

  /** If the next week is in a month that does not fit, the result is the first day of the next month that does, on any weekday. */
  #toWeekday(from: Reading): Reading | null {
    const { weekdays } = this.#cron;
    const weekday = weekdayOf(startOfDay(from) / DAY_MS);
    if (weekdays[weekday] === 1) return from;
    const later = weekdays.indexOf(1, weekday);
    const inWeek = later < 0 ? this.#plusDays(from, 7) : from;
    const days = (later < 0 ? weekdays.indexOf(1) : later) - weekday;
    const moved = this.#firstTimeOf(inWeek, startOfDay(inWeek) / DAY_MS + days);
    return dateOf(moved).month === dateOf(from).month ? moved : this.toMonth(moved);
  }

  #toMonthday(from: Reading): Reading | null {
    const monthdays: Cron = {
      ...this.#cron,
      days: this.#cron.fields[2] === "*" ? new Uint8Array(32) : this.#cron.days,
      weekdays: new Uint8Array(7),
      daysMustAgree: false,
    };
    const { year, month, day } = dateOf(from);
    const inMonth = dayInMonth(monthdays, { year, month, day });
    if (inMonth === day) return from;
    if (inMonth !== null) return this.#firstTimeOf(from, dayNumberOf(year, month, inMonth));
    let later: Reading | null = from;
    for (let months = 0; months < MONTHS_MAX && later !== null; months++) {
      later = this.toMonth(this.#firstTimeOf(later, dayInNextMonth(dateOf(later))));
      if (later === null) return null;
      const date = dateOf(later);
      const found = dayInMonth(monthdays, { ...date, day: 1 });
      if (found !== null)
        return this.#at(dayNumberOf(date.year, date.month, found) * DAY_MS + this.#firstTime);
    }
    return null;
  }

  toYear(from: Reading): Reading | null {
    const { years, months } = this.#cron;
    const { year } = dateOf(from);
    if (years === null || years.has(year)) return from;
    const next = Math.min(...[...years].filter((one) => one > year));
    return next === Infinity
      ? null
      : this.toDay(this.#firstTimeOf(from, dayNumberOf(next, months.indexOf(1), 1)));
  }

  /** The first time of a day, with the offset that the day has at the current time of day. */
  #firstTimeOf(from: Reading, dayNumber: number): Reading {
    const there = this.#at(dayNumber * DAY_MS + timeOfDay(from));
    return { ...there, wall: startOfDay(there) + this.#firstTime };
  }

  /** As `GregorianCalendar.add` does: keeps the time of day if that leads to the wanted day, else the elapsed time. */
  #plusDays({ wall, offset }: Reading, days: number): Reading {
    const moved = readingAt(wall + days * DAY_MS - offset, this.#zone);
    if (moved.offset === offset) return moved;
    const adjusted = readingAt(wall + days * DAY_MS - moved.offset, this.#zone);
    return startOfDay(adjusted) === startOfDay({ wall, offset }) + days * DAY_MS ? adjusted : moved;
  }

  #at(wall: WallTime): Reading {
    return readingAt(calendarLocal(wall, this.#zone, 0), this.#zone);
  }
}

function readingAt(instant: Instant, zone: TimeZone): Reading {
  const wall = zone.wallOf(instant);
  return { wall, offset: wall - instant };
}

function hasMonthday({ fields: [, , day], nthWeekdays }: Cron): boolean {
  return day !== "*" || nthWeekdays.length > 0;
}

function hasWeekday({ fields: [, , , , weekday = ""] }: Cron): boolean {
  return weekday !== "*" && weekday.split(",").some((entry) => !/[#L]/.test(entry));
}

function startOfDay({ wall }: Reading): WallTime {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

function timeOfDay(reading: Reading): number {
  return reading.wall - startOfDay(reading);
}

function dateOf({ wall }: Reading): CivilDate {
  return civilDateOf(Math.floor(wall / DAY_MS));
}

/** The same day of the next month, or its last day. */
function dayInNextMonth({ year, month, day }: CivilDate): number {
  const [nextYear, next] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return dayNumberOf(nextYear, next, Math.min(day, daysInMonth(nextYear, next)));
}
