import type { Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { dayNumberOf, daysInMonth, weekdayOf } from "../civil.ts";
import { type BrokenDownTime, MakeTime, type WallMicros, wallMicrosOf } from "./make-time.ts";
import { type Chain, leastFrom, YEAR } from "./chain.ts";
import { daysOfMonth, nextYearWithDate } from "./dates.ts";
import type { OnCalendar } from "./parse.ts";

const MICROS_PER_MS = 1000;
const STEPS_MAX = 1000;
const STEPS_MAX_WITHOUT_DST = 300;
/** After this many years nearly every date has fallen on every weekday. From then on, years without a match are skipped. */
const CALENDAR_CYCLE_YEARS = 28;

/**
 * `carriesDst`: after a time in a gap was moved to one that exists, the search goes on with that time's DST flag, as systemd's
 * does. False: the flag is dropped, so that the search always ends.
 */
export type SearchFrom = { zone: TimeZone; after: Instant; carriesDst: boolean };

type Unit = "year" | "month" | "day" | "hour" | "minute" | "micros";
const UNITS: readonly Unit[] = ["year", "month", "day", "hour", "minute", "micros"];

/**
 * systemd's search for the next elapse, with the same steps, because near a clock change its answer depends on them. From the
 * largest unit down, each unit moves to its next selected value and resets the smaller ones. A time that the clock does not show
 * is moved on or refused.
 */
export class CalendarSearch {
  readonly #line: OnCalendar;
  readonly #clock: MakeTime;
  readonly #start: WallMicros;
  readonly #skipsYearsAfter: number;
  readonly #carriesDst: boolean;
  #time: BrokenDownTime;
  /** Set once the search has gone backwards: summer and winter time are kept apart from then on. */
  #pinsDst = false;

  constructor(line: OnCalendar, { zone, after, carriesDst }: SearchFrom) {
    this.#line = line;
    this.#carriesDst = carriesDst;
    this.#clock = new MakeTime(zone, after);
    this.#time = this.#clock.brokenDownAt(after * MICROS_PER_MS + 1, null);
    this.#start = wallMicrosOf(this.#time);
    this.#skipsYearsAfter = this.#time.year + CALENDAR_CYCLE_YEARS;
  }

  /** The next match in microseconds, later on the wall clock than the last one; null: never; "stuck": the search does not end. */
  next(): number | null | "stuck" {
    const steps = this.#carriesDst ? STEPS_MAX : STEPS_MAX_WITHOUT_DST;
    for (let step = 0; step < steps; step++) {
      this.#normalise();
      const found = this.#step();
      if (found === "never") return null;
      if (found === "found" && this.#acceptOrMoveOn()) return this.#take();
    }
    return "stuck";
  }

  #normalise(): void {
    const micros = this.#clock.microsOf(this.#time);
    this.#time = this.#clock.brokenDownAt(micros, this.#pinsDst ? this.#clock.isDstAt(micros) : null);
  }

  /** Whether the time found is not before the start. If a clock change has moved it back, the search goes on an hour later. */
  #acceptOrMoveOn(): boolean {
    if (wallMicrosOf(this.#time) >= this.#start) return true;
    this.#pinsDst = true;
    this.#time.hour++;
    return false;
  }

  #take(): number {
    const micros = this.#clock.microsOf(this.#time);
    this.#time = { ...this.#time, micros: this.#time.micros + 1 };
    return micros;
  }

  #step(): "found" | "never" | "moved" {
    if (!this.#moveYear()) return "never";
    for (const unit of UNITS.slice(1)) {
      const moved = this.#move(unit);
      if (moved === "beyond") this.#bumpAbove(unit);
      if (moved !== "fits") return "moved";
      if (unit === "day" && !this.#isWantedWeekday()) {
        this.#bumpAbove("hour");
        return "moved";
      }
    }
    return "found";
  }

  #moveYear(): boolean {
    if (this.#select("year") === null || this.#time.year > YEAR.max) return false;
    return this.#fit() === "fits";
  }

  #move(unit: Unit): "fits" | "moved" | "beyond" {
    return this.#select(unit) === null ? "beyond" : this.#fit();
  }

  /** Moves one unit to its next selected value, and resets the smaller ones if that changed it. */
  #select(unit: Unit): number | null {
    const chain = this.#chainOf(unit);
    if (chain === null) return this.#time[unit];
    const value = leastFrom(chain, this.#time[unit]);
    if (value !== null && value !== this.#time[unit]) {
      this.#time[unit] = value;
      this.#resetBelow(unit);
    }
    return value;
  }

  #chainOf(unit: Unit): Chain {
    switch (unit) {
      case "year":
        return this.#line.years;
      case "month":
        return this.#line.months;
      case "day":
        return this.#line.daysFromEnd ? this.#daysCountedFromEnd() : this.#line.days;
      case "hour":
        return this.#line.hours;
      case "minute":
        return this.#line.minutes;
      case "micros":
        return this.#line.seconds;
    }
  }

  /** systemd calls mktime for each end, even for a missing stop; these calls matter, because mktime remembers its last offset. */
  #daysCountedFromEnd(): Chain {
    for (const { start, stop } of this.#line.days ?? []) {
      for (const day of [start, stop ?? -1]) {
        this.#clock.microsOf({ ...this.#time, month: this.#time.month + 1, day: 1 - day });
      }
    }
    return daysOfMonth(this.#line, daysInMonth(this.#time.year, this.#time.month));
  }

  /** Whether the clock shows this time. If it shows a later one instead, the search continues from there. */
  #fit(): "fits" | "moved" | "beyond" {
    if (this.#time.year > YEAR.max) return "beyond";
    const micros = this.#clock.microsOf(this.#time);
    const shown = this.#clock.brokenDownAt(micros, null);
    const differing = UNITS.find((unit) => shown[unit] !== this.#time[unit]);
    if (differing === undefined) return "fits";
    if (shown[differing] < this.#time[differing]) return "beyond";
    this.#time = { ...shown, isDst: this.#carriesDst ? this.#clock.isDstAt(micros) : null };
    this.#resetOneBelow(differing);
    return "moved";
  }

  #resetBelow(unit: Unit): void {
    for (const smaller of UNITS.slice(UNITS.indexOf(unit) + 1)) this.#time[smaller] = leastOf(smaller);
  }

  #resetOneBelow(unit: Unit): void {
    const smaller = UNITS[UNITS.indexOf(unit) + 1];
    if (smaller !== undefined) this.#time[smaller] = leastOf(smaller);
  }

  #bumpAbove(unit: Unit): void {
    const larger = UNITS[UNITS.indexOf(unit) - 1] ?? "year";
    this.#time[larger]++;
    this.#resetBelow(larger);
    if (this.#time.year > this.#skipsYearsAfter)
      this.#time.year = nextYearWithDate(this.#line, this.#time.year);
  }

  #isWantedWeekday(): boolean {
    if (this.#line.weekdays === null) return true;
    const { year, month, day } = this.#clock.brokenDownAt(this.#clock.microsOf(this.#time), null);
    return this.#line.weekdays[(weekdayOf(dayNumberOf(year, month, day)) + 6) % 7] === 1;
  }
}

function leastOf(unit: Unit): number {
  return unit === "month" || unit === "day" ? 1 : 0;
}
