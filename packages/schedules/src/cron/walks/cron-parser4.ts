import { HOUR_MS, type Instant, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { luxonLocal } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const STEPS_MAX = 10_000;

/** cron-parser 4: if a step of an hour moves the clock by two, the hour between runs; if it does not move the clock, it is skipped. */
export function cronParser4Walk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const search = new CronParser4Search(cron, zone, after);
  return search.next();
}

class CronParser4Search {
  readonly #cron: Cron;
  readonly #isEveryHour: boolean;
  #time: ZonedTime;
  #skippedTo: number | null = null;
  #repeated: number | null = null;

  constructor(cron: Cron, zone: TimeZone, after: Instant) {
    this.#cron = cron;
    this.#isEveryHour = !cron.hours.includes(0);
    this.#time = new ZonedTime(after, zone, luxonLocal);
  }

  next(): Instant | null {
    const start = this.#time.instant;
    for (let step = 0; step < STEPS_MAX; step++) {
      const moved = this.#moveToFit();
      if (moved) continue;
      if (this.#time.instant !== start) return this.#time.instant;
      this.#moveTo(this.#time.plus(SECOND_MS));
    }
    return null;
  }

  /** Moves on by the first field that does not fit. False: all fit. */
  #moveToFit(): boolean {
    const { months, hours, minutes, seconds } = this.#cron;
    const { hour } = this.#time;
    if (!this.#time.isDayOf(this.#cron)) return this.#moveToDay(this.#time.plusDays(1).startOf("day"));
    if (months[this.#time.date.month] !== 1) return this.#moveToDay(this.#time.startOfMonth(1));
    if (hours[hour] !== 1) {
      if (this.#skippedTo !== hour) {
        this.#skippedTo = null;
        return this.#moveTo(this.#nextHour());
      }
      if (hours[hour - 1] !== 1) return this.#jump(this.#nextHour());
    } else if (this.#repeated === hour) {
      this.#repeated = null;
      return this.#moveTo(this.#nextHour());
    }
    if (minutes[this.#time.minute] !== 1) return this.#moveTo(this.#nextMinute());
    return seconds[this.#time.second] === 1 ? false : this.#moveTo(this.#time.towards("second", seconds));
  }

  #nextHour(): ZonedTime {
    const next = this.#time.plus(HOUR_MS).startOf("hour");
    return next.instant <= this.#time.instant ? next.plus(HOUR_MS) : next;
  }

  #nextMinute(): ZonedTime {
    const next = this.#time.towards("minute", this.#cron.minutes).startOf("minute");
    return next.instant < this.#time.instant ? next.plus(HOUR_MS) : next;
  }

  #moveToDay(to: ZonedTime): boolean {
    return this.#jump(to.instant === this.#time.instant ? to.plus(HOUR_MS) : to);
  }

  #jump(to: ZonedTime): boolean {
    this.#time = to;
    return true;
  }

  #moveTo(to: ZonedTime): boolean {
    const advance = to.hour - this.#time.hour;
    this.#time = to;
    if (this.#isEveryHour) return true;
    if (advance === 2) this.#skippedTo = to.hour;
    else if (advance === 0 && to.minute === 0 && to.second === 0) this.#repeated = to.hour;
    return true;
  }
}
