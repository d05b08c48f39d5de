import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from "../../time.ts";
import { type CivilDate, civilDateOf, type DayNumber, dayNumberOf, daysInMonth } from "../../civil.ts";
import type { Fold, TimeZone, WallTime } from "../../timezones/time-zone.ts";
import { dayInMonth } from "../day-in-month.ts";
import type { Cron } from "../cron.ts";
import { nextByClock } from "../plain-rules.ts";

/** cronsim gives up after this time. 29 February falls on a given weekday at least every 40 years. */
const SEARCH_DAYS = 50 * 366;

/** cronsim counts elapsed time for a line that begins with a star, and readings of the clock for all others. */
export function cronsimWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (!cron.isElapsed) return nextByClock(cron, zone, after);
  const search = new CronSearch(cron, zone, after);
  while (search.next()) if (search.instant > after) return search.instant;
  return null;
}

/**
 * A search over the wall clock from match to match. Near a clock change, the answer of cronsim depends on its steps, so these
 * are the same: date, hour, minute, second, starting over after each.
 */
class CronSearch {
  readonly #cron: Cron;
  readonly #zone: TimeZone;
  #fold: Fold;
  wall: WallTime;

  constructor(cron: Cron, zone: TimeZone, from: Instant) {
    this.#cron = cron;
    this.#zone = zone;
    this.wall = zone.wallOf(from);
    this.#fold = zone.foldAt(from);
  }

  get instant(): Instant {
    return this.#zone.instantOf(this.wall, this.#fold);
  }

  /** Moves on to the next match; false when the search is given up. */
  next(): boolean {
    this.#tick(SECOND_MS);
    const lastDay = dayOf(this.wall) + SEARCH_DAYS;
    while (dayOf(this.wall) <= lastDay) {
      const moved = this.#moveDate() || this.#moveHour() || this.#moveMinute() || this.#moveSecond();
      if (!moved) return true;
    }
    return false;
  }

  #moveDate(): boolean {
    const today = dayOf(this.wall);
    const date = civilDateOf(today);
    if (!this.#cron.months[date.month]) {
      this.#startDay(this.#nextMonth(date));
      return true;
    }
    const day = dayInMonth(this.#cron, date);
    if (day === date.day) return false;
    // If this month has no further day, the search continues at the first of the next one, so that whole months are skipped.
    this.#startDay(today + (day ?? daysInMonth(date.year, date.month) + 1) - date.day);
    return true;
  }

  #nextMonth({ year, month }: CivilDate): DayNumber {
    for (let later = month + 1; later <= 12; later++) {
      if (this.#cron.months[later]) return dayNumberOf(year, later, 1);
    }
    return dayNumberOf(year + 1, this.#cron.months.indexOf(1), 1);
  }

  #startDay(day: DayNumber): void {
    this.wall = day * DAY_MS;
    this.#fold = 0;
  }

  #moveHour(): boolean {
    if (this.#cron.hours[hourOf(this.wall)]) return false;
    this.wall = Math.floor(this.wall / HOUR_MS) * HOUR_MS;
    do this.#tick(HOUR_MS);
    while (!this.#cron.hours[hourOf(this.wall)] && hourOf(this.wall) !== 0);
    return true;
  }

  #moveMinute(): boolean {
    if (this.#cron.minutes[minuteOf(this.wall)]) return false;
    this.wall = Math.floor(this.wall / MINUTE_MS) * MINUTE_MS;
    const only = this.#cron.minutes.indexOf(1);
    if (only === this.#cron.minutes.lastIndexOf(1))
      this.#tick(((only - minuteOf(this.wall) + 60) % 60) * MINUTE_MS);
    while (!this.#cron.minutes[minuteOf(this.wall)]) {
      this.#tick(MINUTE_MS);
      if (minuteOf(this.wall) === 0) break;
    }
    return true;
  }

  #moveSecond(): boolean {
    const { seconds } = this.#cron;
    if (seconds[secondOf(this.wall)]) return false;
    const only = seconds.indexOf(1);
    if (only === seconds.lastIndexOf(1)) this.#tick(((only - secondOf(this.wall) + 60) % 60) * SECOND_MS);
    while (!seconds[secondOf(this.wall)]) {
      this.#tick(SECOND_MS);
      if (secondOf(this.wall) === 0) break;
    }
    return true;
  }

  #tick(milliseconds: number): void {
    if (this.#zone.isFarFromChange(this.wall)) {
      this.wall += milliseconds;
      return;
    }
    const instant = this.instant + milliseconds;
    this.wall = this.#zone.wallOf(instant);
    this.#fold = this.#zone.foldAt(instant);
  }
}

function dayOf(wall: WallTime): DayNumber {
  return Math.floor(wall / DAY_MS);
}

function hourOf(wall: WallTime): number {
  return Math.floor(wall / HOUR_MS) - dayOf(wall) * 24;
}

function secondOf(wall: WallTime): number {
  return Math.floor(wall / SECOND_MS) - Math.floor(wall / MINUTE_MS) * 60;
}

function minuteOf(wall: WallTime): number {
  return Math.floor(wall / MINUTE_MS) - Math.floor(wall / HOUR_MS) * 60;
}
