import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { luxonLocal } from "../instants.ts";
import type { Walk } from "../rules.ts";
import { ZonedTime } from "./zoned-time.ts";

const STEPS_MAX = 10_000;

/**
 * cron-parser 5 steps field by field. It remembers the hours that a step jumped over, which then run in the hour after the jump,
 * and an hour that a step reached again, which it skips. With `midnight` it also notices a day that does not begin at 0. With
 * `keepsState` it remembers this from one answer to the next.
 */
export function cronParserWalk(how: How): Walk {
  return (cron, zone, after) => {
    const search = new CronParserSearch(cron, zone, { ...how, after });
    if (how.keepsState) search.recall();
    return search.next();
  };
}

type How = { midnight: boolean; keepsState: boolean };

class CronParserSearch {
  readonly #cron: Cron;
  readonly #midnight: boolean;
  readonly #isEveryHour: boolean;
  #time: ZonedTime;
  /** the first hour that was skipped, and the hour after the jump */
  #skipped: { from: number; landing: number } | null = null;
  #repeated: number | null = null;

  constructor(cron: Cron, zone: TimeZone, { after, midnight }: How & { after: Instant }) {
    this.#cron = cron;
    this.#midnight = midnight;
    this.#isEveryHour = !cron.hours.includes(0);
    this.#time = new ZonedTime(after, zone, luxonLocal);
  }

  /** Restores what it remembered when it gave `after`: an hour that was skipped right before. */
  recall(): void {
    const { minutes, seconds } = this.#cron;
    const landing = this.#time.startOf("hour");
    const before = landing.plus(-HOUR_MS);
    const isAnswer = minutes[this.#time.minute] === 1 && seconds[this.#time.second] === 1;
    const advance = (landing.hour - before.hour + 24) % 24;
    if (!isAnswer || this.#isEveryHour || landing.offset <= before.offset || advance < 2) return;
    this.#skipped = { from: (before.hour + 1) % 24, landing: landing.hour };
  }

  next(): Instant | null {
    const start = this.#time.instant;
    for (let step = 0; step < STEPS_MAX; step++) {
      const { months, minutes, seconds } = this.#cron;
      if (months[this.#time.date.month] !== 1) this.#moveToDay(this.#time.startOfMonth(1));
      else if (!this.#time.isDayOf(this.#cron)) this.#moveToDay(this.#time.plusDays(1).startOf("day"));
      else if (!this.#tryHour()) continue;
      else if (minutes[this.#time.minute] !== 1) this.#toMinute(minutes.indexOf(1, this.#time.minute));
      else if (seconds[this.#time.second] !== 1) this.#toSecond(seconds.indexOf(1, this.#time.second));
      else if (this.#time.instant === start) this.#moveTo(this.#time.plus(SECOND_MS));
      else return this.#time.instant;
    }
    return null;
  }

  /** Returns true if the hour fits; else moves the time on, and returns false. */
  #tryHour(): boolean {
    const { hours } = this.#cron;
    const { hour } = this.#time;
    if (this.#skipped?.landing === hour)
      for (let { from } = this.#skipped; from !== hour; from = (from + 1) % 24)
        if (hours[from] === 1) return true;
    if (this.#repeated === hour) {
      this.#repeated = null;
      this.#moveToNextHour();
      return false;
    }
    if (hours[hour] === 1) return true;
    this.#skipped = null;
    const next = hours.indexOf(1, hour);
    if (next < 0) this.#moveToDay(this.#time.plusDays(1).startOf("day"));
    else this.#toHour(next);
    return false;
  }

  #toHour(next: number): void {
    const { hour } = this.#time;
    if (this.#isChangeDay()) {
      for (let step = hour; step < next; step++) {
        this.#moveToNextHour();
        if (this.#time.hour >= next) break;
      }
    } else this.#time = this.#time.with("hour", next);
    this.#toFirst("minute");
    this.#toFirst("second");
  }

  #isChangeDay(): boolean {
    const start = this.#time.startOf("day");
    return start.offset !== start.at(start.wall + 24 * HOUR_MS - SECOND_MS).offset;
  }

  #toMinute(next: number): void {
    if (next >= 0) this.#set("minute", next);
    else {
      this.#moveToNextHour();
      this.#toFirst("minute");
    }
    this.#toFirst("second");
  }

  #toSecond(next: number): void {
    if (next >= 0) this.#set("second", next);
    else {
      this.#moveTo(this.#time.plus(MINUTE_MS).startOf("minute"));
      this.#toFirst("second");
    }
  }

  #toFirst(unit: "minute" | "second"): void {
    this.#set(unit, (unit === "minute" ? this.#cron.minutes : this.#cron.seconds).indexOf(1));
  }

  #set(unit: "minute" | "second", value: number): void {
    if (this.#time[unit] !== value) this.#time = this.#time.with(unit, value);
  }

  #moveToNextHour(): void {
    this.#moveTo(this.#time.plus(HOUR_MS).startOf("hour"));
  }

  #moveToDay(to: ZonedTime): void {
    this.#time = to;
    if (!this.#midnight) return;
    this.#skipped = !this.#isEveryHour && to.hour > 0 ? { from: 0, landing: to.hour } : null;
  }

  #moveTo(to: ZonedTime): void {
    const before = this.#time;
    this.#time = to;
    if (this.#isEveryHour) return;
    const advance = (to.hour - before.hour + 24) % 24;
    if (to.offset > before.offset && advance >= 2)
      this.#skipped = { from: (before.hour + 1) % 24, landing: to.hour };
    else if (advance === 0 && to.minute === 0 && to.second === 0 && to.instant !== before.instant)
      this.#repeated = to.hour;
  }
}
