import { type CivilDate, civilDateOf, dayNumberOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import { dayInMonth } from "../day-in-month.ts";
import type { Cron } from "../cron.ts";
import type { Resolve } from "../instants.ts";

export type Unit = "day" | "hour" | "minute" | "second";
const SIZES: Readonly<Record<Unit, number>> = {
  day: DAY_MS,
  hour: HOUR_MS,
  minute: MINUTE_MS,
  second: SECOND_MS,
};

/**
 * An instant with a zone, like the time types of many libraries: milliseconds are added as elapsed time, and `resolve` turns a
 * reading of the wall clock into an instant, in a gap or a repeated hour too, as that library does.
 */
export class ZonedTime {
  readonly instant: Instant;
  readonly zone: TimeZone;
  readonly wall: WallTime;
  readonly #resolve: Resolve;

  constructor(instant: Instant, zone: TimeZone, resolve: Resolve) {
    this.instant = instant;
    this.zone = zone;
    this.wall = zone.wallOf(instant);
    this.#resolve = resolve;
  }

  get offset(): number {
    return this.wall - this.instant;
  }

  get date(): CivilDate {
    return civilDateOf(Math.floor(this.wall / DAY_MS));
  }

  get hour(): number {
    return Math.floor(this.#inDay() / HOUR_MS);
  }

  get minute(): number {
    return Math.floor((this.#inDay() % HOUR_MS) / MINUTE_MS);
  }

  get second(): number {
    return Math.floor((this.#inDay() % MINUTE_MS) / SECOND_MS);
  }

  /** Adds elapsed time. */
  plus(milliseconds: number): ZonedTime {
    return new ZonedTime(this.instant + milliseconds, this.zone, this.#resolve);
  }

  /**
   * Moves to the next selected value of the unit or, if there is none, to the start of the next larger unit. If the clock changes
   * on the way, it moves by one unit only, so that the caller looks again. The clock changes only at whole minutes.
   */
  towards(unit: Exclude<Unit, "day">, values: Uint8Array): ZonedTime {
    const next = values.indexOf(1, this[unit] + 1);
    const milliseconds = ((next < 0 ? values.length : next) - this[unit]) * SIZES[unit];
    const isFreeOfClockChanges =
      unit === "second" || this.zone.nextChange(this.instant, this.instant + milliseconds) === null;
    return this.plus(isFreeOfClockChanges ? milliseconds : SIZES[unit]);
  }

  /** The time at which the clock reads `wall`. */
  at(wall: WallTime): ZonedTime {
    return new ZonedTime(this.#resolve(wall, this.zone, this.offset), this.zone, this.#resolve);
  }

  /** The same time of another day, by the clock. */
  plusDays(days: number): ZonedTime {
    return this.at(this.wall + days * DAY_MS);
  }

  plusMonths(months: number): ZonedTime {
    const { year, month, day } = this.date;
    return this.at((dayNumberOf(year, month + months, 1) + day - 1) * DAY_MS + this.#inDay());
  }

  /** The first of this month or of a later one, at midnight by the clock. */
  startOfMonth(later = 0): ZonedTime {
    const { year, month } = this.date;
    return this.at(dayNumberOf(year, month + later, 1) * DAY_MS);
  }

  /** The start of this day, hour, minute or second, by the clock. */
  startOf(unit: Unit): ZonedTime {
    const size = SIZES[unit];
    return this.at(Math.floor(this.wall / size) * size);
  }

  with(unit: Exclude<Unit, "day">, value: number): ZonedTime {
    return this.at(this.wall + (value - this[unit]) * SIZES[unit]);
  }

  isDayOf(cron: Cron): boolean {
    return dayInMonth(cron, this.date) === this.date.day;
  }

  /** Moves a start of day that a clock change has made 23:00 or 01:00 to hour 0, or to the hour nearest to it, as Go libraries do. */
  nearMidnight(): ZonedTime {
    const { hour } = this;
    return hour === 0 ? this : this.plus((hour > 12 ? 24 - hour : -hour) * HOUR_MS);
  }

  #inDay(): number {
    return this.wall - Math.floor(this.wall / DAY_MS) * DAY_MS;
  }
}
