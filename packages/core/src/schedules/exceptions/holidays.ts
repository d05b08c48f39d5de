import Holidays, { type HolidaysTypes } from "date-holidays";
import { DAY_MS } from "../../time.ts";
import { boundedCache } from "../bounded-cache.ts";
import { type DayNumber, dayNumberOf } from "../civil.ts";

const CALENDARS_MAX = 300;
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$/;
// Holidays of half a day end here; the hour that spring takes from a day does not.
const WHOLE_DAY_FROM = 0.8;

const calendars = boundedCache(CALENDARS_MAX, (region) => {
  const { country, state, part } = partsOf(region);
  return new Holidays({ country, ...(state && { state }), ...(part && { region: part }) });
});
const datesOfYear = boundedCache(CALENDARS_MAX * 4, (key) => {
  const [region = "", year = ""] = key.split(" ");
  return new Set(calendars(region).getHolidays(year).flatMap(datesOf));
});

/** The public holidays of a region such as "DE-BY" that take a whole day. */
export function holidaysOf(region: string, year: number): ReadonlySet<DayNumber> {
  return datesOfYear(`${region} ${year}`);
}

export function isHolidayRegion(region: string): boolean {
  if (!REGION.test(region)) return false;
  const { country, state, part } = partsOf(region);
  const all = new Holidays();
  if (state === undefined) return country in all.getCountries();
  if (part === undefined) return state in (all.getStates(country) ?? {});
  return part in (all.getRegions(country, state) ?? {});
}

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
