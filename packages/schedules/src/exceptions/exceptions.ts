import { z } from "zod";
import { isHolidayRegion } from "#holidays";
import { type DayNumber, dayNumberOf, daysInMonth, WEEKDAY_NAMES } from "../civil.ts";

const DATES_MAX = 100;
const HOLIDAYS_MAX = 5;
const ONLY_ON_MAX = 10;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

export const COUNTED_DAYS = ["working day", "weekday", ...WEEKDAY_NAMES] as const;

/** A day that is counted within its month: the second working day, the last Friday (-1). */
export type CountedDay = { nth: number; day: (typeof COUNTED_DAYS)[number] };

/**
 * The days on which a schedule does not run. Dates are local dates in the zone of the schedule, or of the line if that names one.
 * Weekdays are Monday to Friday; working days are weekdays that are not in `holidays`.
 */
export type Exceptions = {
  /** "2026-12-24", or "2026-12-24..2027-01-06" with both ends */
  dates?: string[];
  /** public holidays of countries and their regions, such as "DE" or "DE-BY" */
  holidays?: string[];
  /** only these days of each month */
  onlyOn?: CountedDay[];
};

const ExceptionDates = z
  .string("Write dates as 2026-12-24.")
  .refine(
    (text) => daysIn(text) !== null,
    "Write a date as 2026-12-24, and a span as 2026-12-24..2027-01-06 with the earlier date first.",
  );
const HolidayRegion = z
  .string("Name a region, such as DE or DE-BY.")
  .refine(
    isHolidayRegion,
    "There is no holiday calendar of this name: use a country such as DE, or a region such as DE-BY.",
  );
const NTH_MAX = 23; // A month has at most this many weekdays.
const NthDay = z
  .int(`Count the day from 1 to ${NTH_MAX}, or from the end of the month from -1 to -${NTH_MAX}.`)
  .refine(
    (nth) => nth !== 0 && Math.abs(nth) <= NTH_MAX,
    `Count the day from 1 to ${NTH_MAX}, or from the end from -1 to -${NTH_MAX}.`,
  );

export const ExceptionsInput = z.strictObject({
  dates: mayBeLeftOut(
    z
      .array(ExceptionDates)
      .max(DATES_MAX, `Use at most ${DATES_MAX} dates: write consecutive days as spans.`),
  ),
  holidays: mayBeLeftOut(
    z.array(HolidayRegion).max(HOLIDAYS_MAX, `Use at most ${HOLIDAYS_MAX} holiday calendars.`),
  ),
  onlyOn: mayBeLeftOut(
    z
      .array(z.strictObject({ nth: NthDay, day: z.enum(COUNTED_DAYS) }))
      .max(ONLY_ON_MAX, `Use at most ${ONLY_ON_MAX} days of the month.`),
  ),
});

/** The days of an entry of `dates`; null: the entry is not valid. */
export function daysIn(entry: string): { first: DayNumber; last: DayNumber } | null {
  const [from = "", to = from, more] = entry.split("..");
  const first = dayOf(from);
  const last = dayOf(to);
  return more === undefined && first !== null && last !== null && first <= last ? { first, last } : null;
}

function dayOf(date: string): DayNumber | null {
  const [, year = 0, month = 0, day = 0] = (DATE.exec(date) ?? []).map(Number);
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? dayNumberOf(year, month, day) : null;
}

/**
 * A field that may be left out. In types it is never `undefined`. At run time it is `.optional()`, because JSON has no undefined,
 * and the generator of the OpenAPI document treats `.exactOptional()` as required.
 */
export function mayBeLeftOut<S extends z.ZodType>(schema: S): z.ZodExactOptional<S> {
  return schema.optional() as unknown as z.ZodExactOptional<S>;
}
