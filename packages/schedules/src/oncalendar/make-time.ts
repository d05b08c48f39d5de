import { civilDateOf, dayNumberOf } from "../civil.ts";
import type { Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { MICROS_PER_SECOND } from "./chain.ts";

const MICROS_PER_MS = 1000;
/** The steps in which mktime(3) of the GNU C library searches for summer or winter time. */
const STRIDE_MS = 601_200_000;
const STRIDES_MAX = 100;
const PROBES_MAX = 6;

/**
 * mktime(3) of the GNU C library, which systemd uses. It tries the offset of its last answer first, and that decides which pass of
 * a repeated hour it returns.
 */
export class MakeTime {
  readonly #zone: TimeZone;
  #offset: number;

  constructor(zone: TimeZone, start: Instant) {
    this.#zone = zone;
    this.#offset = zone.offsetAt(start);
  }

  /** The instant in microseconds. A reading in a gap is moved to one side of the gap. */
  microsOf(time: BrokenDownTime): number {
    const wallMicros = wallMicrosOf(time);
    const wall = Math.floor(wallMicros / MICROS_PER_MS);
    let instant = this.#firstAnswer(wall, time.isDst);
    if (time.isDst !== null && this.#shows(instant, wall) && this.#isDst(instant) !== time.isDst)
      instant = this.#withDst(wall, instant, time.isDst);
    this.#offset = wall - instant;
    return wallMicros - this.#offset * MICROS_PER_MS;
  }

  brokenDownAt(micros: number, isDst: DaylightSaving): BrokenDownTime {
    const offset = this.#zone.offsetAt(Math.floor(micros / MICROS_PER_MS));
    return brokenDown(micros + offset * MICROS_PER_MS, isDst);
  }

  isDstAt(micros: number): DaylightSaving {
    return this.#isDst(Math.floor(micros / MICROS_PER_MS));
  }

  #shows(instant: Instant, wall: number): boolean {
    return this.#zone.wallOf(instant) === wall;
  }

  /** Guesses, compares and corrects. In a gap, the guesses alternate between its sides until one is accepted. */
  #firstAnswer(wall: number, asked: DaylightSaving): Instant {
    let guess = wall - this.#offset;
    let last = guess;
    let lastButOne = guess;
    let lastWasDst: 0 | 1 = 0;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const error = wall - this.#zone.wallOf(guess);
      if (error === 0) return guess;
      const isDst = this.#isDst(guess);
      const isTaken = asked === null ? lastWasDst <= isDst : asked !== isDst;
      if (guess === lastButOne && guess !== last && isTaken) return guess;
      lastButOne = last;
      last = guess;
      lastWasDst = isDst;
      guess += error;
    }
    return guess;
  }

  #withDst(wall: number, near: Instant, wanted: DaylightSaving): Instant {
    for (let strides = 1; strides <= STRIDES_MAX; strides++) {
      for (const direction of [-1, 1]) {
        const probe = near + direction * strides * STRIDE_MS;
        if (this.#isDst(probe) === wanted) return wall - this.#zone.offsetAt(probe);
      }
    }
    return near;
  }

  #isDst(instant: Instant): 0 | 1 {
    return this.#zone.isDaylightSaving(instant) ? 1 : 0;
  }
}

/** Wall time in microseconds: the instant at which a clock in UTC would show the same. */
export type WallMicros = number;

/** 1: summer time; 0: not; null: not given. */
type DaylightSaving = 0 | 1 | null;

/** A wall time in parts, which may exceed their bounds until they are normalised. Months count from 1. */
export type BrokenDownTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  micros: number;
  isDst: DaylightSaving;
};

const MINUTE_MICROS = 60 * MICROS_PER_SECOND;
const HOUR_MICROS = 60 * MINUTE_MICROS;
const DAY_MICROS = 24 * HOUR_MICROS;

export function wallMicrosOf({ year, month, day, hour, minute, micros }: BrokenDownTime): WallMicros {
  const years = Math.floor((month - 1) / 12);
  const firstOfMonth = dayNumberOf(year + years, month - years * 12, 1);
  return (firstOfMonth + day - 1) * DAY_MICROS + hour * HOUR_MICROS + minute * MINUTE_MICROS + micros;
}

function brokenDown(wall: WallMicros, isDst: DaylightSaving): BrokenDownTime {
  const dayNumber = Math.floor(wall / DAY_MICROS);
  const ofDay = wall - dayNumber * DAY_MICROS;
  const hour = Math.floor(ofDay / HOUR_MICROS);
  const minute = Math.floor((ofDay - hour * HOUR_MICROS) / MINUTE_MICROS);
  return {
    ...civilDateOf(dayNumber),
    hour,
    minute,
    micros: ofDay - hour * HOUR_MICROS - minute * MINUTE_MICROS,
    isDst,
  };
}
