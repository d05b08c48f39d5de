import { MONTH_NAMES, WEEKDAY_NAMES } from "../calendar-names.ts";
import { listText, ordinal, rank, stepsOf, values } from "./english.ts";

/** Which days: null is any. `weekdays` count from Monday, 0 to 6. */
export type DayRule = {
  years: number[] | null;
  months: number[] | null;
  monthdays: Monthdays | null;
  weekdays: WeekdayRule | null;
  /** whether month day and weekday must both fit, or one is enough */
  relation: "and" | "or";
};

export type Monthdays = {
  numbers: number[];
  /** counted from the end of the month, 1 the last */
  fromEnd: number[];
  lastWorkday: boolean;
  /** the working day nearest to each of these days */
  nearWorkdays: number[];
};

/** `nth` -1 is the last such weekday of the month. */
type WeekdayRule = { each: number[]; nth: { weekday: number; nth: number }[] };

/** "every day", "Monday to Friday", "on the 1st of January": true for days, never said of times. */
export function daysText(rule: DayRule): string {
  const { monthdays, weekdays } = rule;
  if (monthdays === null)
    return `${weekdays === null ? "every day" : weekdaysText(weekdays)}${inMonths(rule)}`;
  const ofMonth = `on ${monthdaysText(monthdays)}`;
  if (weekdays === null) return `${ofMonth} ${ofMonths(rule)}`;
  if (isConditional(rule)) return `${ofMonth} ${ofMonths(rule)} if it is ${oneOfWeekdays(weekdays)}`;
  const months = inMonths(rule).trimStart();
  return `${months === "" ? "" : `${months}, `}${ofMonth} of the month and ${weekdaysText(weekdays)}`;
}

/** Whether the text of these days ends in a condition. */
export function isConditional({ monthdays, weekdays, relation }: DayRule): boolean {
  return monthdays !== null && weekdays !== null && relation === "and";
}

function monthdaysText({ numbers, fromEnd, lastWorkday, nearWorkdays }: Monthdays): string {
  const parts = [
    ...(numbers.length > 0 ? [numberedDays(numbers)] : []),
    ...fromEnd.map((day) => `the ${rank(-day)} day`),
    ...nearWorkdays.map((day) => `the weekday nearest to the ${ordinal(day)}`),
    ...(lastWorkday ? ["the last weekday"] : []),
  ];
  return listText(parts);
}

function numberedDays(numbers: number[]): string {
  const steps = stepsOf(numbers);
  if (steps === null) return `the ${values(numbers, ordinal)}`;
  return `every ${ordinal(steps.step)} day from the ${ordinal(steps.first)} to the ${ordinal(steps.last)}`;
}

function weekdaysText({ each, nth }: WeekdayRule): string {
  const plain = each.length === 0 ? [] : [eachWeekday(each)];
  const counted = nth.length === 0 ? [] : [`on ${listText(nth.map(nthText))} of the month`];
  return listText([...plain, ...counted]);
}

function eachWeekday(each: number[]): string {
  if (each.length === 7) return "every day";
  const begins = each.filter((weekday) => !each.includes((weekday + 6) % 7));
  const ends = each.filter((weekday) => !each.includes((weekday + 1) % 7));
  if (begins.length === 1 && each.length > 2) return `${nameOf(begins[0])} to ${nameOf(ends[0])}`;
  return `every ${listText(each.map(nameOf))}`;
}

function oneOfWeekdays({ each, nth }: WeekdayRule): string {
  return listText([...each.map((weekday) => `a ${nameOf(weekday)}`), ...nth.map(nthText)], "or");
}

function nthText({ weekday, nth }: WeekdayRule["nth"][number]): string {
  return `the ${rank(nth)} ${nameOf(weekday)}`;
}

function nameOf(weekday: number | undefined): string {
  return WEEKDAY_NAMES[weekday ?? 0] ?? "";
}

function inMonths({ months, years }: DayRule): string {
  if (months !== null) return ` in ${monthNames(months)}${years === null ? "" : ` ${yearsText(years)}`}`;
  return years === null ? "" : ` in ${yearsText(years)}`;
}

function ofMonths({ months, years }: DayRule): string {
  const inYears = years === null ? "" : ` ${yearsText(years)}`;
  if (months !== null) return `of ${monthNames(months)}${inYears}`;
  return years === null ? "of the month" : `of every month in${inYears}`;
}

function yearsText(years: number[]): string {
  const steps = stepsOf(years);
  return steps === null
    ? values(years)
    : `every ${ordinal(steps.step)} year from ${steps.first} to ${steps.last}`;
}

function monthNames(months: number[]): string {
  return values(months, (month) => MONTH_NAMES[month - 1] ?? "");
}
