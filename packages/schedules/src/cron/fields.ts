import { MONTH_NAMES, WEEKDAY_NAMES } from "../civil.ts";
import { ScheduleError } from "../schedule-error.ts";
import type { Bounds, FieldName, Grammar, Quirks } from "./rules.ts";

/** The names of fields in sentences. */
export const FIELD_TITLES: Readonly<Record<FieldName, string>> = {
  second: "second",
  minute: "minute",
  hour: "hour",
  day: "day-of-month",
  month: "month",
  weekday: "day-of-week",
  year: "year",
};

/** Names of months in capitals. `grammar.names` says which part of a name counts. */
export const MONTH_WORDS: readonly string[] = MONTH_NAMES.map((name) => name.toUpperCase());
/** Names of weekdays in capitals; Sunday is 0. */
export const WEEKDAY_WORDS: readonly string[] = [
  ...WEEKDAY_NAMES.slice(-1),
  ...WEEKDAY_NAMES.slice(0, -1),
].map((name) => name.toUpperCase());

/** What one field selects. Weekdays are numbered from Sunday, 0. */
export type FieldValues = {
  numbers: Set<number>;
  /** `5#2`, the second Friday; `nth` -1 is the last of the month (`5L`) */
  nthWeekdays: { weekday: number; nth: number }[];
  /** `L-3`; 0 is the last day of the month (`L`) */
  daysFromEnd: number[];
  /** `15W`: the working day nearest to the 15th */
  nearWorkdays: number[];
  /** `LW` */
  lastWorkday: boolean;
  /** a star among its entries, without a step */
  hasStar: boolean;
};

/** The field that is being parsed, and the rules for it. Errors name it. */
export type FieldReader = { name: FieldName; bounds: Bounds; grammar: Grammar; quirks: Quirks };

/** The number of a month's or weekday's name in a field; null if the field accepts no such name. `isEnd`: it ends a range. */
export function numberNamed(
  word: string,
  { name, grammar, bounds }: FieldReader,
  isEnd = false,
): number | null {
  const names = name === "month" ? MONTH_WORDS : name === "weekday" ? WEEKDAY_WORDS : [];
  const isWhole = (known: string) => grammar.names === "three or whole" && word === known;
  const isThree = (known: string) =>
    word === known.slice(0, 3) || (grammar.names === "begin" && word.startsWith(known.slice(0, 3)));
  const index = grammar.names === "none" ? -1 : names.findIndex((known) => isThree(known) || isWhole(known));
  if (index < 0) return null;
  if (name === "month") return index + 1;
  const number = (index + grammar.sunday) % 7;
  if (index === 0 && grammar.sundayIsSeven) return 7;
  // At the end of a range, SUN is 7 for some schedulers, so that FRI-SUN does not run backwards.
  if (isEnd && index === 0 && bounds.max === 7 && grammar.sunday === 0) return grammar.sundayEnds ? 7 : 0;
  // A field that begins at 1 has 7 where others have 0.
  return number < bounds.min ? number + 7 : number;
}

export function fieldError({ name }: FieldReader, problem: string): ScheduleError {
  return new ScheduleError(`The ${FIELD_TITLES[name]} field ${problem}.`);
}
