import { ScheduleError } from "../schedule-error.ts";
import { type CronField, DAY_OF_MONTH, DAY_OF_WEEK } from "./fields.ts";

/** What one field selects; `nth` 0 stands for the last such weekday of the month. */
export type FieldValues = {
  numbers: Set<number>;
  nthWeekdays: { weekday: number; nth: number }[];
  lastDay: boolean;
  lastWorkday: boolean;
};

/**
 * Reads one field, in capitals.
 * @throws ScheduleError
 */
export function parseField(field: CronField, text: string): FieldValues {
  const values: FieldValues = { numbers: new Set(), nthWeekdays: [], lastDay: false, lastWorkday: false };
  for (const term of text.split(",")) addTerm(field, term, values);
  return values;
}

function addTerm(field: CronField, term: string, values: FieldValues): void {
  if (term === "") throw wrong(field, "has an empty entry: remove the extra comma");
  if (field === DAY_OF_WEEK && /[L#]/.test(term)) values.nthWeekdays.push(nthWeekday(term));
  else if (field === DAY_OF_MONTH && /^LW?(\/0*[1-9][0-9]*)?$/.test(term)) addLast(term, values);
  else for (const number of numbersOf(field, term)) values.numbers.add(number);
}

function addLast(term: string, values: FieldValues): void {
  if (term.startsWith("LW")) values.lastWorkday = true;
  else values.lastDay = true;
}

function nthWeekday(term: string): { weekday: number; nth: number } {
  const last = /^(\d+)L$/.exec(term);
  if (last?.[1]) return { weekday: numberOf(DAY_OF_WEEK, last[1]) % 7, nth: 0 };
  const nth = /^([0-9A-Z]+)#0*([1-5])$/.exec(term);
  if (nth?.[1]) return { weekday: numberOf(DAY_OF_WEEK, nth[1]) % 7, nth: Number(nth[2]) };
  throw wrong(DAY_OF_WEEK, `cannot read “${term}”: write 5L for the last Friday or FRI#2 for the second`);
}

function numbersOf(field: CronField, term: string): number[] {
  const [base = "", step, more] = term.split("/");
  if (more !== undefined) throw wrong(field, `has two steps in “${term}”: keep one`);
  const range = rangeOf(field, base);
  if (step === undefined) return range;
  const stepSize = /^\d+$/.test(step) ? Number(step) : 0;
  if (stepSize === 0) throw wrong(field, `needs a whole number from 1 after the “/” in “${term}”`);
  return (range.length === 1 ? toMaximum(field, range) : range).filter((_, index) => index % stepSize === 0);
}

/** In `a/n`, and so in the reference's `a-a/n`, the steps go on to the field's maximum. */
function toMaximum(field: CronField, [first = 0]: number[]): number[] {
  return numbersBetween(first, field.max);
}

function rangeOf(field: CronField, base: string): number[] {
  if (base === "*") return numbersBetween(field.min, field.max);
  const dash = base.indexOf("-");
  if (dash < 0) return [numberOf(field, base)];
  const from = numberOf(field, base.slice(0, dash));
  const to = numberOf(field, base.slice(dash + 1));
  if (to < from)
    throw wrong(field, `has a range that runs backwards, “${base}”: split it in two with a comma`);
  return numbersBetween(from, to);
}

function numberOf(field: CronField, text: string): number {
  const named = field.names.indexOf(text);
  if (named >= 0) return field === DAY_OF_WEEK ? named : named + 1;
  if (!/^[0-9]+$/.test(text)) throw wrong(field, hint(field, text));
  const value = Number(text);
  if (value < field.min || value > field.max)
    throw wrong(
      field,
      `goes from ${field.min} to ${field.max}, so ${text} is too ${value < field.min ? "small" : "large"}`,
    );
  return value;
}

function hint(field: CronField, text: string): string {
  if (text === "") return "has a number missing: write one on each side of “-” and before “/”";
  if (text === "?") return "does not take “?”: write * instead";
  const names = field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : "";
  return `cannot read “${text}”: use *, numbers from ${field.min} to ${field.max}${names}, ranges such as 1-5, lists and steps`;
}

function wrong(field: CronField, problem: string): ScheduleError {
  return new ScheduleError(`The ${field.name} field ${problem}.`);
}

function numbersBetween(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
