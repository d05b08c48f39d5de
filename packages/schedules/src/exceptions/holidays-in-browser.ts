import type { DayNumber } from "../civil.ts";

/**
 * Stands in for `holidays.ts` in the web app, which must not carry the calendars of the world: there the
 * server checks regions, and shows the next times of schedules that rest on holidays.
 */
export function holidaysOf(): ReadonlySet<DayNumber> {
  return new Set();
}

export function isHolidayRegion(region: string): boolean {
  return /^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$/.test(region);
}

export type ReckonedHolidays = ReadonlyMap<string, DayNumber[]>;

export function reckonedHolidaysOf(work: () => void): ReckonedHolidays {
  work();
  return new Map();
}

export function takeHolidays(): void {}
