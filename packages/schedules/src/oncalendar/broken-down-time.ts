import { civilDateOf, dayNumberOf } from "../civil.ts";
import { MICROSECONDS } from "./chain.ts";

/** Wall time in microseconds, as the instant at which a clock in UTC would show the same. */
export type WallMicros = number;

/** 1 summer time, 0 not, null not said. */
export type DaylightSaving = 0 | 1 | null;

/** A wall time by its parts, which may lie beyond their bounds until normalised. Months count from 1. */
export type BrokenDownTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  micros: number;
  isDst: DaylightSaving;
};

const MINUTE = 60 * MICROSECONDS;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function wallMicrosOf({ year, month, day, hour, minute, micros }: BrokenDownTime): WallMicros {
  const years = Math.floor((month - 1) / 12);
  const firstOfMonth = dayNumberOf(year + years, month - years * 12, 1);
  return (firstOfMonth + day - 1) * DAY + hour * HOUR + minute * MINUTE + micros;
}

export function brokenDown(wall: WallMicros, isDst: DaylightSaving): BrokenDownTime {
  const dayNumber = Math.floor(wall / DAY);
  const ofDay = wall - dayNumber * DAY;
  const hour = Math.floor(ofDay / HOUR);
  const minute = Math.floor((ofDay - hour * HOUR) / MINUTE);
  return { ...civilDateOf(dayNumber), hour, minute, micros: ofDay - hour * HOUR - minute * MINUTE, isDst };
}
