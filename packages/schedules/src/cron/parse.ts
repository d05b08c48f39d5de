import { daysInMonth } from "../civil.ts";
import { ScheduleError } from "../schedule-error.ts";
import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH } from "./fields.ts";
import { type FieldValues, parseField } from "./parse-field.ts";

/** One cron line, ready to search with. Arrays are indexed by value and hold 1 where it is selected. */
export type Cron = {
  /** the five fields as written, in capitals */
  fields: readonly string[];
  minutes: Uint8Array;
  /** the minute, where there is only one */
  onlyMinute: number | null;
  hours: Uint8Array;
  days: Uint8Array;
  lastDay: boolean;
  lastWorkday: boolean;
  months: Uint8Array;
  weekdays: Uint8Array;
  nthWeekdays: FieldValues["nthWeekdays"];
  /** day of month and day of week must both match, since one of them starts with a star */
  daysMustAgree: boolean;
  /** neither minute nor hour starts with a star: Debian's cron then means wall times, not moments */
  isFixedTime: boolean;
};

const MACROS: Readonly<Record<string, string>> = {
  "@HOURLY": "0 * * * *",
  "@DAILY": "0 0 * * *",
  "@MIDNIGHT": "0 0 * * *",
  "@WEEKLY": "0 0 * * 0",
  "@MONTHLY": "0 0 1 * *",
  "@YEARLY": "0 0 1 1 *",
  "@ANNUALLY": "0 0 1 1 *",
};

/**
 * Reads one line of five fields or one macro (`@daily`) in Debian's dialect, plus `L`, `LW`, `5L` and `MON#2`.
 * @throws ScheduleError
 */
export function parseCron(line: string): Cron {
  const text = line.toUpperCase().trim();
  const fields = (MACROS[text] ?? text).split(/\s+/);
  refuseOtherShapes(fields);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const days = parseField(DAY_OF_MONTH, day);
  const weekdays = parseField(DAY_OF_WEEK, weekday);
  const minutes = parseField(MINUTE, minute);
  const [onlyMinute = null] = minutes.numbers.size === 1 ? minutes.numbers : [];
  const cron: Cron = {
    fields,
    minutes: selection(minutes, 60),
    onlyMinute,
    hours: selection(parseField(HOUR, hour), 24),
    days: selection(days, 32),
    lastDay: days.lastDay,
    lastWorkday: days.lastWorkday,
    months: selection(parseField(MONTH, month), 13),
    weekdays: weekdaySelection(weekdays),
    nthWeekdays: weekdays.nthWeekdays,
    daysMustAgree: day.startsWith("*") || weekday.startsWith("*"),
    isFixedTime: !minute.startsWith("*") && !hour.startsWith("*"),
  };
  refuseMissingDays(cron);
  return cron;
}

function refuseOtherShapes(fields: string[]): void {
  const first = fields[0] ?? "";
  if (first === "")
    throw new ScheduleError("The cron expression is empty: write five fields, such as 30 2 * * *.");
  if (first.startsWith("@")) throw new ScheduleError(macroProblem(first));
  if (fields.length === 6 || fields.length === 7) throw new ScheduleError(tooManyFields(fields));
  if (fields.length !== 5)
    throw new ScheduleError(
      `A cron expression has five fields (minute, hour, day of month, month, day of week) and this has ${fields.length}: write * for any.`,
    );
}

function macroProblem(macro: string): string {
  const name = macro.toLowerCase();
  if (name === "@every") return "@every needs a span behind it, such as @every 5m: or choose an interval.";
  return name === "@reboot"
    ? "@reboot is not a time of day: choose an interval, or write five fields such as 30 2 * * *."
    : `There is no macro ${name}: write @hourly, @daily, @weekly, @monthly, @yearly, or five fields such as 30 2 * * *.`;
}

/** Schedulers that know seconds have them in front, and some a year at the end. */
function tooManyFields(fields: readonly string[]): string {
  const isWithYear = fields.length === 6 && endsWithYear(fields);
  const kept = isWithYear ? fields.slice(0, 5) : fields.slice(1, 6);
  const meant = kept.join(" ").replaceAll("?", "*");
  const advice = isWithYear
    ? "the last is the year, so leave it out"
    : "where the first is the seconds, leave out the seconds";
  return `A cron expression has five fields and this has ${fields.length}: ${advice} and write ${meant}.${weekdayAdvice(fields, kept[4] ?? "")}`;
}

/** A `?` stands for a day of the month or of the week, so its place tells the seconds in front from the year behind. */
function endsWithYear(fields: readonly string[]): boolean {
  if (/^\d{4}/.test(fields[5] ?? "")) return true;
  return (fields[2] === "?" || fields[4] === "?") && fields[3] !== "?" && fields[5] !== "?";
}

/** Who writes `?` may number the weekdays from Sunday = 1, as Quartz and EventBridge do. */
function weekdayAdvice(fields: readonly string[], weekday: string): string {
  return fields.includes("?") && /(?:^|[,-])\d/.test(weekday)
    ? " Write its weekdays by name, such as MON: Quartz and EventBridge count them from Sunday = 1, and here Monday is 1."
    : "";
}

/**
 * Refuses a day that no month has, unless the weekdays select days as well (`0 9 30 2 1` is each Monday in February); a
 * day that only some years lack is left to the search.
 */
function refuseMissingDays(cron: Cron): void {
  if (cron.lastDay || cron.lastWorkday || !cron.daysMustAgree) return;
  const smallest = cron.days.indexOf(1);
  const longest = Math.max(
    ...[...cron.months.keys()].filter((month) => cron.months[month]).map(leapYearLength),
  );
  if (smallest > 29 && smallest > longest)
    throw new ScheduleError(
      `No month in this expression has a day ${smallest}, so it would never run: choose a smaller day, or L for the last.`,
    );
}

function leapYearLength(month: number): number {
  return daysInMonth(2000, month);
}

function selection(values: FieldValues, size: number): Uint8Array {
  const selected = new Uint8Array(size);
  for (const value of values.numbers) selected[value] = 1;
  return selected;
}

function weekdaySelection(values: FieldValues): Uint8Array {
  const selected = new Uint8Array(7);
  for (const value of values.numbers) selected[value % 7] = 1;
  return selected;
}
