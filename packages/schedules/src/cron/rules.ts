import type { TimeZone } from "../timezones/time-zone.ts";
import type { Instant } from "../time.ts";
import type { Cron } from "./cron.ts";

export type FieldName = "second" | "minute" | "hour" | "day" | "month" | "weekday" | "year";

/** How the fields of a line of so many words are laid out; the field that is left out takes its usual value. */
export type Layout = readonly FieldName[];

/** The numbers that a field takes. A `*` goes from `starMin` to `starMax`, where these differ from the numbers taken. */
export type Bounds = { min: number; max: number; starMin?: number; starMax?: number };

/** Ways to say a day that are no numbers: `15W`, `L-3`, `5L`, `L5`, `5#2`, `5#-1`. */
type DayWord = "L" | "LW" | "nW" | "L-n" | "wL" | "Lw" | "w#n" | "w#-n" | "-n";

type Backward = "refused" | "wraps" | "never" | "first alone";

/** How the text of a field is read. */
export type Grammar = {
  bounds: Readonly<Record<FieldName, Bounds>>;
  /** the number that stands for Sunday; the others follow on */
  sunday: number;
  /** weekdays that are read as another number before anything else is done with them: 7 as 0 */
  aliases: Readonly<Record<number, number>>;
  /** a range that ends with SUN goes up to 7 */
  sundayEnds: boolean;
  /** SUN is 7 */
  sundayIsSeven: boolean;
  /** names of months and weekdays: their three letters, these and anything behind them, or whole words too; or none */
  names: "three" | "begin" | "three or whole" | "none";
  /** fields in which `?` stands for `*` */
  question: readonly FieldName[];
  /** a range that runs backwards, `22-2`: refused, over the end of the field, nothing at all, or its first number */
  backward: Backward;
  /** fields in which it is otherwise */
  backwardIn: Partial<Record<FieldName, Backward>>;
  /** `5/10` goes on to the end of the field, is 5 alone, or is refused */
  stepFromNumber: "to the end" | "alone" | "refused";
  /** the largest step: any, the field's largest number, how many numbers it has, the length of the range, or one less */
  stepMax: "any" | "largest" | "size" | "range" | "below range";
  emptyEntries: "refused" | "ignored";
  /** what stands behind a number, `1.5`: refused, ends the field, or, letters too, ends the entry */
  rest: "refused" | "ends field" | "ends entry";
  /** `+5` */
  plus: boolean;
  /** how many digits a number may have */
  digits: number;
  /** the same value twice in a list */
  duplicates: "allowed" | "refused";
  words: readonly DayWord[];
  /** whether such words must be in capitals in the day of month */
  wordsInCapitals: boolean;
  /** the counts that `5#2` takes; what is beyond five never comes */
  nth: { min: number; max: number };
  /** whether such a word may stand in a list with others */
  wordsInLists: boolean;
};

/** When both the day of month and the weekday are given. */
export type DayRule = {
  /** one is enough, both must fit, or only one may be given */
  both: "or" | "and" | "refused";
  /** what leaves a day field open: a text that begins with a star, a star alone, a star as an entry, all its values */
  open: "begins with star" | "star" | "star entry" | "all values";
  /** `31W` and `1W`: stays in its month, may leave it, is left out where it would leave it at the end, or ends with it */
  nearWorkday: "in month" | "may leave month" | "not after month" | "at month's end" | "as PHP counts";
  /** from the end of February a search goes on by the day that it looks for, from the 31st to 3 March */
  februaryRunsOver?: boolean;
};

type Gap = "after" | "later" | "skipped" | "earlier";
type Repeat = "first" | "second" | "both";

/** What becomes of the times at which a clock changes. */
export type ClockRule = {
  /** which lines count elapsed time: their times do not exist in a gap, and run in both passes of a repeat */
  elapsed: "all" | "none" | "every hour" | "minute or hour begins with star" | "several times";
  /** other lines: right after the gap, by the offset before it (02:30 becomes 03:30), not at all, or by the one after */
  gap: Gap;
  /** right after the gap so many readings are made up in each minute; all at once where it is left out */
  madeUpPerMinute?: number;
  /** in a gap of so many hours nothing is made up; so far from its end the search fails */
  longGap?: { hours: number; effect: "skipped" | "fails" };
  repeat: Repeat;
  /** a way over the clock change that no rule tells */
  walk?: Walk;
  /** the walk steps through every day or month on its way, so that any clock change there may lead it astray */
  stepsThrough?: boolean;
  /** lines for which the walk finds other times than a plain search even far from any clock change */
  walksAlways?: (cron: Cron) => boolean;
  /** as `walk`, where the program remembers where it began: `walk` is then its first time */
  times?: Times;
};

/** Finds the first time after `after` near a clock change; null for none within the years of the rules. */
export type Walk = (cron: Cron, zone: TimeZone, after: Instant) => Instant | null;

/** The times after `after`, as a program finds them that keeps something from one to the next. */
export type Times = (cron: Cron, zone: TimeZone, after: Instant) => Iterable<Instant>;

export type CronRules = {
  /** by the number of words */
  layouts: readonly Layout[];
  /** what follows the fields: a command, where it is no field of a longer layout, or a zone */
  behind: "refused" | "command" | "command, if no field" | "zone";
  grammar: Grammar;
  days: DayRule;
  clock: ClockRule;
  macros: Readonly<Record<string, string>>;
  macroCase: "exact" | "any";
  /** `@every 90m` */
  every: boolean;
  /** the one zone that the scheduler reads its lines in; null for the job's */
  timezone: string | null;
  /** `TZ=Asia/Tokyo` before the fields */
  zonePrefix: boolean;
  /** how far ahead the next time is searched, in years */
  years: number;
  /** whether it is searched to the end of the last of these years */
  wholeYears: boolean;
  /** whether a date that never comes (30 February) is refused when the line is read */
  neverRefused: boolean;
  /** whether a search that finds no time is an error, and not the end */
  raisesAtEnd: boolean;
  /** what the scheduler does otherwise than any rule tells, by what it concerns */
  quirks: Quirks;
};

/** The earliest and the latest times of a line whose times the scheduler draws, each as a line of its own. */
type DrawnLine = { from: string; until: string };

export type Quirks = {
  /** of a line whose times it draws; the same twice where `job` tells them; null for any other line */
  drawn?: (line: string, job: string | undefined) => DrawnLine | null;
  /** rewrites or refuses the line before it is read */
  line?: (line: string) => string;
  /** the layout of these words, where their number does not tell it */
  layout?: (words: readonly string[]) => Layout | undefined;
  /** rewrites or refuses the text of a field before it is read */
  field?: (text: string, field: FieldName) => string;
  /** the numbers that a field selects, weekdays from Sunday, where it is read in another way altogether */
  values?: (text: string, field: FieldName) => Iterable<number>;
  /** entries in which a range that runs backwards is taken, and selects nothing */
  backward?: (entry: string) => boolean;
  /** whether a day field is left open, where the rule does not tell it */
  open?: (text: string, field: "day" | "weekday") => boolean | undefined;
  /** changes the line that was read from these words */
  read?: (cron: Cron, words: readonly string[]) => Cron;
};
