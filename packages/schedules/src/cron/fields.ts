import type { FieldName } from "./rules.ts";

/** The fields' names in sentences. */
export const FIELD_TITLES: Readonly<Record<FieldName, string>> = {
  second: "second",
  minute: "minute",
  hour: "hour",
  day: "day-of-month",
  month: "month",
  weekday: "day-of-week",
  year: "year",
};

export const MONTH_NAMES: readonly string[] = [
  "JANUARY",
  "FEBRUARY",
  "MARCH",
  "APRIL",
  "MAY",
  "JUNE",
  "JULY",
  "AUGUST",
  "SEPTEMBER",
  "OCTOBER",
  "NOVEMBER",
  "DECEMBER",
];
/** From Sunday, 0. */
export const WEEKDAY_NAMES: readonly string[] = [
  "SUNDAY",
  "MONDAY",
  "TUESDAY",
  "WEDNESDAY",
  "THURSDAY",
  "FRIDAY",
  "SATURDAY",
];
