import Holidays, { type HolidaysTypes } from "date-holidays";
import { DAY_MS } from "../time.ts";
import { boundedCache } from "../bounded-cache.ts";
import { type DayNumber, dayNumberOf } from "../civil.ts";

const CALENDARS_MAX = 300;
const YEARS_MAX = 20_000;
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$/;
// Holidays of half a day end here; the hour that spring takes from a day does not.
const WHOLE_DAY_FROM = 0.8;

const calendars = boundedCache(CALENDARS_MAX, (region) => {
  const { country, state, part } = partsOf(region);
  return new Holidays({ country, ...(state && { state }), ...(part && { region: part }) });
});
const datesOfYear = boundedCache(YEARS_MAX, (key) => {
  const [region = "", year = ""] = key.split(" ");
  const dates = given.get(key) ?? calendars(region).getHolidays(year).flatMap(datesOf);
  given.delete(key);
  return new Set(dates);
});
const given = new Map<string, DayNumber[]>();
let asked: Map<string, DayNumber[]> | null = null;

/** Holidays as another thread has reckoned them: by region and year ("DE-BY 2026"), the days. */
export type ReckonedHolidays = ReadonlyMap<string, DayNumber[]>;

/**
 * Does `work`, and answers which holidays it asked for. These cost up to some tens of milliseconds a year and
 * country, so who must answer others meanwhile lets another thread do the work first, and takes them from there.
 */
export function reckonedHolidaysOf(work: () => void): ReckonedHolidays {
  const here = new Map<string, DayNumber[]>();
  asked = here;
  try {
    work();
  } finally {
    asked = null;
  }
  return here;
}

/** Takes over what `reckonedHolidaysOf` found on another thread. */
export function takeHolidays(holidays: ReckonedHolidays): void {
  for (const [key, dates] of holidays) {
    given.set(key, dates);
    datesOfYear(key);
  }
  given.clear();
}

/** The public holidays of a region such as "DE-BY" that take a whole day. */
export function holidaysOf(region: string, year: number): ReadonlySet<DayNumber> {
  const dates = datesOfYear(`${region} ${year}`);
  asked?.set(`${region} ${year}`, [...dates]);
  return dates;
}

export function isHolidayRegion(region: string): boolean {
  return REGION.test(region) && isRegion(region);
}

const isRegion = boundedCache(CALENDARS_MAX, (region) => {
  const { country, state, part } = partsOf(region);
  const all = new Holidays();
  if (state === undefined) return country in all.getCountries();
  if (part === undefined) return state in (all.getStates(country) ?? {});
  return part in (all.getRegions(country, state) ?? {});
});

function partsOf(region: string) {
  const [country = "", state, part] = region.split("-");
  return { country, state, part };
}

function datesOf(holiday: HolidaysTypes.Holiday): DayNumber[] {
  if (holiday.type !== "public") return [];
  const days = Math.floor((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS + 1 - WHOLE_DAY_FROM);
  const [year = 0, month = 1, day = 1] = holiday.date.slice(0, 10).split("-").map(Number);
  return Array.from({ length: days }, (_, index) => dayNumberOf(year, month, day) + index);
}
