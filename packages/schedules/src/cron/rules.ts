import type { TimeZone } from "../timezones/time-zone.ts";
import type { Instant } from "../time.ts";
import type { Cron } from "./cron.ts";

export type FieldName = "second" | "minute" | "hour" | "day" | "month" | "weekday" | "year";

/** The order of the fields in a line with that many words. Fields that are left out have their usual value. */
export type Layout = readonly FieldName[];

/** The numbers that a field accepts. A `*` means `starMin` to `starMax`, if these differ. */
export type Bounds = { min: number; max: number; starMin?: number; starMax?: number };

/** Forms of days that are not plain numbers: `15W`, `L-3`, `5L`, `L5`, `5#2`, `5#-1`. */
type DayWord = "L" | "LW" | "nW" | "L-n" | "wL" | "Lw" | "w#n" | "w#-n" | "-n";

type Backward = "refused" | "wraps" | "never" | "first alone";

/** How the text of a field is read. */
export type Grammar = {
  bounds: Readonly<Record<FieldName, Bounds>>;
  /** the number of Sunday; the other weekdays follow */
  sunday: number;
  /** weekday numbers that are replaced by others first: 7 by 0 */
  aliases: Readonly<Record<number, number>>;
  /** a range that ends with SUN goes up to 7 */
  sundayEnds: boolean;
  /** SUN is 7 */
  sundayIsSeven: boolean;
  /** names of months and weekdays: their first three letters, these with anything after them, these or the whole word, or none */
  names: "three" | "begin" | "three or whole" | "none";
  /** fields in which `?` means `*` */
  question: readonly FieldName[];
  /** a range that runs backwards, `22-2`: is refused, wraps over the end of the field, selects nothing, or only its first number */
  backward: Backward;
  /** fields in which `backward` is different */
  backwardIn: Partial<Record<FieldName, Backward>>;
  /** `5/10` goes on to the end of the field, is 5 alone, or is refused */
  stepFromNumber: "to the end" | "alone" | "refused";
  /** the largest step: any, the field's largest number, how many numbers it has, the length of the range, or one less */
  stepMax: "any" | "largest" | "size" | "range" | "below range";
  emptyEntries: "refused" | "ignored";
  /** anything after a number, as in `1.5`: is refused, ends the field, or (letters too) ends the entry */
  rest: "refused" | "ends field" | "ends entry";
  /** `+5` is accepted */
  plus: boolean;
  /** how many digits a number may have */
  digits: number;
  /** whether a value may occur twice in a list */
  duplicates: "allowed" | "refused";
  words: readonly DayWord[];
  /** whether such words must be in capitals in the day of month */
  wordsInCapitals: boolean;
  /** the counts that `5#2` accepts; more than five never comes */
  nth: { min: number; max: number };
  /** whether such words may be in a list with others */
  wordsInLists: boolean;
};

/** Rules for the day of month together with the weekday. */
export type DayRule = {
  /** one is enough, both must fit, or only one may be given */
  both: "or" | "and" | "refused";
  /** when a day field counts as open: its text begins with a star, is a star, has a star as an entry, or selects all values */
  open: "begins with star" | "star" | "star entry" | "all values";
  /** `31W` and `1W`: stays in the month, may leave it, does not run if it would fall after it, or is its last working day */
  nearWorkday: "in month" | "may leave month" | "not after month" | "at month's end" | "as PHP counts";
  /** a search that reaches the end of February continues at the day it looks for, so that 31 February is 3 March */
  februaryRunsOver?: boolean;
};

type Gap = "after" | "later" | "skipped" | "earlier";
type Repeat = "first" | "second" | "both";

/** What happens to times at a clock change. */
export type ClockRule = {
  /** which lines count elapsed time: their times do not exist in a gap, and run in both passes of a repeat */
  elapsed: "all" | "none" | "every hour" | "minute or hour begins with star" | "several times";
  /** other lines in a gap: right after it, by the offset before it (02:30 becomes 03:30), not at all, or by the offset after it */
  gap: Gap;
  /** how many readings are made up in each minute after the gap; without it, all at once */
  madeUpPerMinute?: number;
  /** `skipped`: a gap of that many hours makes up nothing; `fails`: that far from the end of a gap, the search fails */
  longGap?: { hours: number; effect: "skipped" | "fails" };
  repeat: Repeat;
  /** the program's own steps over a clock change, if no rule describes them */
  walk?: Walk;
  /** the walk steps through every day or month on its way, so that any clock change there may change its result */
  stepsThrough?: boolean;
  /** lines for which the walk gives other times than a plain search, even far from any clock change */
  walksAlways?: (cron: Cron) => boolean;
  /** used instead of `walk` if the program keeps state from one time to the next */
  times?: Times;
};

/** Finds the first time after `after` near a clock change; null: none within the years of the rules. */
export type Walk = (cron: Cron, zone: TimeZone, after: Instant) => Instant | null;

/** The times after `after`, for a program that keeps state from one time to the next. */
export type Times = (cron: Cron, zone: TimeZone, after: Instant) => Iterable<Instant>;

export type CronRules = {
  /** one for each accepted number of words */
  layouts: readonly Layout[];
  /** what may follow the fields: nothing, a command, a command unless a longer layout fits, or a zone */
  afterFields: "refused" | "command" | "command, if no field" | "zone";
  grammar: Grammar;
  days: DayRule;
  clock: ClockRule;
  macros: Readonly<Record<string, string>>;
  macroCase: "exact" | "any";
  /** `@every 90m` is accepted */
  every: boolean;
  /** the only zone in which the scheduler reads its lines; null: the job's own zone */
  timezone: string | null;
  /** `TZ=Asia/Tokyo` is accepted before the fields */
  zonePrefix: boolean;
  /** how many years ahead the scheduler searches the next time */
  years: number;
  /** whether the search goes to the end of the last of these years */
  wholeYears: boolean;
  /** a date that never comes (30 February) is refused when the line is read; else the line is accepted, and never runs */
  refusesDatesThatNeverCome: boolean;
  /** whether a search without a result is an error */
  failsWithoutNextTime: boolean;
  /** what the scheduler does that no rule describes */
  quirks: Quirks;
};

/** For a line whose times the scheduler draws: a line of the earliest times, and one of the latest. */
type DrawnLine = { from: string; until: string };

export type Quirks = {
  /** for a line whose times the scheduler draws; both lines are the same if `job` determines the times; null: any other line */
  drawn?: (line: string, job: string | undefined) => DrawnLine | null;
  /** rewrites or refuses the line before it is read */
  line?: (line: string) => string;
  /** the layout of these words, if their number does not determine it */
  layout?: (words: readonly string[]) => Layout | undefined;
  /** rewrites or refuses the text of a field before it is read */
  field?: (text: string, field: FieldName) => string;
  /** the numbers that a field selects (Sunday is 0), if it is not read by the grammar at all */
  values?: (text: string, field: FieldName) => Iterable<number>;
  /** entries in which a range that runs backwards is accepted, and selects nothing */
  backward?: (entry: string) => boolean;
  /** whether a day field counts as open; undefined: the rule decides */
  open?: (text: string, field: "day" | "weekday") => boolean | undefined;
  /** changes the line that was read from these words */
  read?: (cron: Cron, words: readonly string[]) => Cron;
};
