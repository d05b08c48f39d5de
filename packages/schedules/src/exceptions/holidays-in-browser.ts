import type { DayNumber } from "../civil.ts";

/**
 * Replaces `holidays.ts` in the web app, which must not load the holidays of the whole world. There, the server validates
 * regions, and computes the next times of schedules with holidays.
 */
export function holidaysOf(): ReadonlySet<DayNumber> {
  return new Set();
}

export function isHolidayRegion(region: string): boolean {
  return /^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$/.test(region);
}

export type ComputedHolidays = ReadonlyMap<string, DayNumber[]>;

export function collectHolidays(work: () => void): ComputedHolidays {
  work();
  return new Map();
}

export function cacheHolidays(): void {}
