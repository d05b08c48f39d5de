import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import type { Walk } from "../rules.ts";
import { goDate } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

/**
 * robfig/cron goes from field to field by elapsed time, and sets the lower fields to 0 at its first step only: after a
 * change by half an hour it goes on from half past. With `catchUp` an hour that the clock skips runs in the next one.
 */
export function robfigWalk({ catchUp = false } = {}): Walk {
  return (cron, zone, after) => new RobfigSearch(cron, zone, { after, catchUp }).next();
}

class RobfigSearch {
  readonly #cron: Cron;
  readonly #catchUp: boolean;
  #time: ZonedTime;
  #isMoved = false;

  constructor(cron: Cron, zone: TimeZone, { after, catchUp }: { after: Instant; catchUp: boolean }) {
    this.#cron = cron;
    this.#catchUp = catchUp;
    this.#time = new ZonedTime(after + SECOND_MS, zone, goDate);
  }

  next(): Instant | null {
    const lastYear = this.#time.date.year + this.#cron.rules.years;
    while (this.#time.date.year <= lastYear) {
      const isFound =
        this.#findMonth() &&
        this.#findDay() &&
        this.#findHour() &&
        this.#findUnit("minute", this.#cron.minutes) &&
        this.#findUnit("second", this.#cron.seconds);
      if (isFound) return this.#time.instant;
    }
    return null;
  }

  #findMonth(): boolean {
    while (this.#cron.months[this.#time.date.month] !== 1) {
      this.#first((time) => time.startOfMonth());
      this.#time = this.#time.plusMonths(1);
      if (this.#time.date.month === 1) return false;
    }
    return true;
  }

  #findDay(): boolean {
    while (!this.#time.isDayOf(this.#cron)) {
      this.#first((time) => time.startOf("day"));
      this.#time = this.#time.plusDays(1).nearMidnight();
      if (this.#time.date.day === 1) return false;
    }
    return true;
  }

  #findHour(): boolean {
    const { hours } = this.#cron;
    while (hours[this.#time.hour] !== 1) {
      this.#first((time) => time.startOf("hour"));
      const before = this.#time;
      this.#time = before.towards("hour", hours);
      const { hour } = this.#time;
      const isSkipped = hour - before.hour === 2 && this.#time.instant - before.instant === HOUR_MS;
      if (this.#catchUp && isSkipped && hours[hour - 1] === 1) break;
      if (hour === 0) return false;
    }
    return true;
  }

  #findUnit(unit: "minute" | "second", wanted: Uint8Array): boolean {
    const size = unit === "minute" ? MINUTE_MS : SECOND_MS;
    while (wanted[this.#time[unit]] !== 1) {
      this.#first((time) => time.plus(-(time.instant % size)));
      this.#time = this.#time.towards(unit, wanted);
      if (this.#time[unit] === 0) return false;
    }
    return true;
  }

  /** The lower fields are set to 0 once, at the first step. */
  #first(start: (time: ZonedTime) => ZonedTime): void {
    if (!this.#isMoved) this.#time = start(this.#time);
    this.#isMoved = true;
  }
}
