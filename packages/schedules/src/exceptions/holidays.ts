import Holidays, { type HolidaysTypes } from "date-holidays";
import { DAY_MS } from "../time.ts";
import { boundedCache } from "../bounded-cache.ts";
import { type DayNumber, dayNumberOf } from "../civil.ts";

const CALENDARS_MAX = 300;
const YEARS_MAX = 20_000;
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$/;
/** The share of a day from which a holiday counts: not half days, but days of 23 hours. */
const WHOLE_DAY_SHARE_MIN = 0.8;

const calendars = boundedCache(CALENDARS_MAX, (region) => {
  const { country, state, part } = partsOf(region);
  return new Holidays({ country, ...(state && { state }), ...(part && { region: part }) });
});
const datesOfYear = boundedCache(YEARS_MAX, (key) => {
  const [region = "", year = ""] = key.split(" ");
  const dates = received.get(key) ?? calendars(region).getHolidays(year).flatMap(datesOf);
  received.delete(key);
  return new Set(dates);
});
/** The dates that `cacheHolidays` puts into the cache, which asks for them here. */
const received = new Map<string, DayNumber[]>();
/** What the running `collectHolidays` has needed so far; null: none is running. */
let collected: Map<string, DayNumber[]> | null = null;

/** Holidays that another thread has computed: the days by region and year ("DE-BY 2026"). */
export type ComputedHolidays = ReadonlyMap<string, DayNumber[]>;

/**
 * Does `work`, and returns the holidays that it needed. Computing these takes up to some tens of milliseconds per year and
 * country, so a thread that must not be blocked lets another thread do the work first, and takes the holidays from there.
 */
export function collectHolidays(work: () => void): ComputedHolidays {
  const here = new Map<string, DayNumber[]>();
  collected = here;
  try {
    work();
  } finally {
    collected = null;
  }
  return here;
}

/** Caches what `collectHolidays` returned on another thread. */
export function cacheHolidays(holidays: ComputedHolidays): void {
  for (const [key, dates] of holidays) {
    received.set(key, dates);
    datesOfYear(key);
  }
  received.clear();
}

/** The public holidays of a region such as "DE-BY" that take a whole day. */
export function holidaysOf(region: string, year: number): ReadonlySet<DayNumber> {
  const dates = datesOfYear(`${region} ${year}`);
  collected?.set(`${region} ${year}`, [...dates]);
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
  const days = Math.floor(
    (holiday.end.getTime() - holiday.start.getTime()) / DAY_MS + 1 - WHOLE_DAY_SHARE_MIN,
  );
  const [year = 0, month = 1, day = 1] = holiday.date.slice(0, 10).split("-").map(Number);
  return Array.from({ length: days }, (_, index) => dayNumberOf(year, month, day) + index);
}
