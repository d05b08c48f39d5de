import { MONTH_NAMES, WEEKDAY_NAMES } from "../civil.ts";
import { listText, ordinal, rank, stepsOf, valuesText } from "./english.ts";
import { twoDigits } from "./local-time.ts";

/** Which days: null means any. `weekdays` count from Monday, 0 to 6. */
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
  /** counted from the end of the month: 1 is the last day */
  fromEnd: number[];
  lastWorkday: boolean;
  /** the working day nearest to each of these days */
  nearWorkdays: number[];
};

/** `nth` -1 is the last such weekday of the month. */
type WeekdayRule = { each: number[]; nth: { weekday: number; nth: number }[] };

/** "every day", "Monday to Friday", "on the 1st of January". `timesText` adds the times. */
export function daysText(rule: DayRule): string {
  const { monthdays, weekdays } = rule;
  if (monthdays === null)
    return `${weekdays === null ? "every day" : weekdaysText(weekdays)}${inMonths(rule)}`;
  const ofMonth = `on ${monthdaysText(monthdays)}`;
  if (weekdays === null) return `${ofMonth} ${ofMonths(rule)}`;
  if (isConditional(rule)) return `${ofMonth} ${ofMonths(rule)} if it is ${oneOfWeekdays(weekdays)}`;
  const months = inMonths(rule).trimStart();
  // Days of both kinds count, which English joins with "and": on the 1st and every Friday.
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
  if (steps === null) return `the ${valuesText(numbers, ordinal)}`;
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
    ? valuesText(years)
    : `every ${ordinal(steps.step)} year from ${steps.first} to ${steps.last}`;
}

function monthNames(months: number[]): string {
  return valuesText(months, (month) => MONTH_NAMES[month - 1] ?? "");
}

/** Times of day: lists of all selected values. `seconds` null means every second. */
export type TimesOfDay = { hours: number[]; minutes: number[]; seconds: number[] | null };

/** Either clock times, which follow "at", or a rhythm, which stands alone. */
type TimesText = { kind: "times" | "rhythm"; text: string };

const TIMES_LISTED_MAX = 6;

export function timesText({ hours, minutes, seconds }: TimesOfDay): TimesText {
  const onlySecond = seconds?.length === 1 ? (seconds[0] ?? 0) : null;
  if (onlySecond !== null && hours.length * minutes.length <= TIMES_LISTED_MAX)
    return { kind: "times", text: listText(clockTimes(hours, minutes, onlySecond)) };
  const rhythm = minuteRhythm(hours, minutes);
  if (onlySecond === 0) return { kind: "rhythm", text: rhythm };
  if (seconds === null) return { kind: "rhythm", text: everySecond(hours, minutes) };
  return { kind: "rhythm", text: `at second ${valuesText(seconds, secondText)}, ${rhythm}` };
}

function clockTimes(hours: number[], minutes: number[], second: number): string[] {
  const ending = second === 0 ? "" : `:${second < 10 ? "0" : ""}${secondText(second)}`;
  return hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}${ending}`));
}

function everySecond(hours: number[], minutes: number[]): string {
  if (hours.length === 24 && minutes.length === 60) return "every second";
  return `every second of minute ${valuesText(minutes)} past ${hoursText(hours)}`;
}

function minuteRhythm(hours: number[], minutes: number[]): string {
  const every = evenly(minutes, 60);
  if (every !== null && hours.length === 24) return every === 1 ? "every minute" : `every ${every} minutes`;
  const span = spanOfHours(hours);
  if (every !== null && span !== null) return `every ${every === 1 ? "minute" : `${every} minutes`} ${span}`;
  return `at minute ${valuesText(minutes)} past ${hoursText(hours)}`;
}

/** The step, if the numbers are 0, step, 2 × step and so on up to `whole`: 15 for 0, 15, 30, 45 of 60. Otherwise null. */
function evenly(numbers: number[], whole: number): number | null {
  const step = whole / numbers.length;
  return numbers.length > 1 && numbers.every((value, index) => value === index * step) ? step : null;
}

function spanOfHours(hours: number[]): string | null {
  const [first = 0] = hours;
  const last = hours.at(-1) ?? first;
  return last - first === hours.length - 1 ? `from ${twoDigits(first)}:00 to ${twoDigits(last)}:59` : null;
}

function hoursText(hours: number[]): string {
  if (hours.length === 24) return "every hour";
  const every = evenly(hours, 24);
  if (every === 2) return "every second hour";
  if (every !== null) return `every ${every} hours`;
  return `${hours.length === 1 ? "hour" : "hours"} ${valuesText(hours)}`;
}

function secondText(second: number): string {
  return String(Math.round(second * 1e6) / 1e6);
}
