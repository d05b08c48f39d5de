import { ScheduleError } from "../schedule-error.ts";
import { secondsOfSpan } from "../paste/reading.ts";
import { canonicalTimezone } from "../timezones/timezones.ts";
import type { Cron } from "./cron.ts";
import { refuseMissingDays } from "./never.ts";
import type { FieldValues } from "./fields.ts";
import { parseField } from "./parse-field.ts";
import { otherShape, unknownMacro } from "./refusals.ts";
import type { CronRules, FieldName, Layout } from "./rules.ts";

type Fields = Readonly<Record<FieldName, string>>;
type Parsed = Readonly<Record<FieldName, FieldValues>>;

const DEFAULTS: Fields = {
  second: "0",
  minute: "*",
  hour: "*",
  day: "*",
  month: "*",
  weekday: "*",
  year: "*",
};
const NAMES: readonly FieldName[] = ["second", "minute", "hour", "day", "month", "weekday", "year"];

/**
 * Reads one line as a scheduler with these rules does. `job`: the name of the job, on which the times of some lines depend.
 * @throws ScheduleError
 */
export function parseCron(line: string, rules: CronRules, job?: string): Cron {
  const drawn = rules.quirks.drawn?.(line, job) ?? null;
  if (drawn === null) return parseLine(line, rules);
  const earliest = parseLine(drawn.from, rules);
  return drawn.until === drawn.from ? earliest : { ...earliest, latest: parseLine(drawn.until, rules) };
}

function parseLine(line: string, rules: CronRules): Cron {
  const { text, timezone: prefix } = splitZone(rules.quirks.line?.(line) ?? line, rules);
  const macro = readMacro(text.trim(), rules);
  if (typeof macro === "number") return everyCron(macro, rules);
  const words = (macro ?? text).trim().split(/\s+/);
  if (rules.afterFields === "command, if no field") return readLongest(words, rules);
  const known =
    macro === null ? rules : { ...rules, layouts: [...rules.layouts, FIVE, ["second", ...FIVE] as const] };
  return { ...readWords(words, known), rules, ...(prefix === null ? {} : { timezone: prefix }) };
}

/** Reads as many words as possible as fields; the others are the command. */
function readLongest(words: readonly string[], rules: CronRules): Cron {
  const counts = rules.layouts.map(({ length }) => length).filter((length) => length <= words.length);
  for (const count of counts.toSorted((one, other) => other - one))
    try {
      return readWords(words.slice(0, count), { ...rules, afterFields: "refused" });
    } catch (error) {
      if (!(error instanceof ScheduleError) || count === Math.min(...counts)) throw error;
    }
  throw otherShape(words, rules);
}

function readWords(words: readonly string[], rules: CronRules): Cron {
  const { fields, timezone } = fieldsOf(words, rules);
  const parsed = Object.fromEntries(
    NAMES.map((name) => [name, parseField(textOf(fields, name, rules), name, rules)]),
  ) as Record<FieldName, FieldValues>;
  const cron = { ...cronOf(fields, parsed, rules), ...(timezone === null ? {} : { timezone }) };
  const read = rules.quirks.read?.(cron, words) ?? cron;
  if (rules.refusesDatesThatNeverCome) refuseMissingDays(read);
  return read;
}

function textOf(fields: Fields, name: FieldName, { grammar, quirks }: CronRules): string {
  if (name === "day" && grammar.wordsInCapitals && /[lw]/.test(fields.day))
    throw new ScheduleError("The day-of-month field accepts L and W only in capitals: write them so.");
  const text = fields[name].toUpperCase();
  return quirks.field?.(text, name) ?? text;
}

/** Takes a zone before the fields off the line, such as `TZ=Asia/Tokyo`. */
function splitZone(line: string, { zonePrefix }: CronRules): { text: string; timezone: string | null } {
  const [, name, rest] = (zonePrefix && /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(line.trim())) || [];
  if (name === undefined || rest === undefined) return { text: line, timezone: null };
  const timezone = canonicalTimezone(name);
  if (timezone === null)
    throw new ScheduleError(`There is no time zone “${name}”: choose one such as Europe/Berlin.`);
  return { text: rest, timezone };
}

/** The fields of a macro, or the milliseconds of `@every`; null: the line has fields. */
function readMacro(text: string, rules: CronRules): string | number | null {
  if (!text.startsWith("@")) return null;
  const [, span] = (rules.every && /^@every +(\S+)$/.exec(text)) || [];
  if (span !== undefined) return spanOf(span);
  const name = rules.macroCase === "any" ? text.toLowerCase() : text;
  const fields = Object.hasOwn(rules.macros, name) ? rules.macros[name] : undefined;
  if (fields === undefined) throw unknownMacro(text, rules);
  return fields;
}

function spanOf(text: string): number {
  const seconds = /[a-z]$/.test(text) ? secondsOfSpan(text) : null;
  if (seconds === null) throw new ScheduleError(`@every takes a span such as 90m or 1h30m, not “${text}”.`);
  return Math.max(seconds, 1) * 1000;
}

function fieldsOf(words: readonly string[], rules: CronRules): { fields: Fields; timezone: string | null } {
  const { longest, layout } = layoutFor(words, rules);
  if (layout === undefined) throw otherShape(words, rules);
  const given = layout.map((name, index): [FieldName, string] => [name, words[index] ?? ""]);
  const fields = { ...DEFAULTS, ...Object.fromEntries(given) };
  if (words.length <= longest.length || rules.afterFields === "command") return { fields, timezone: null };
  const timezone = words.length === longest.length + 1 ? canonicalTimezone(words.at(-1) ?? "") : null;
  if (timezone === null) throw otherShape(words, rules);
  return { fields, timezone };
}

/** The layout whose fields these words are, if one has their number, and the longest that could follow. */
function layoutFor(
  words: readonly string[],
  rules: CronRules,
): { longest: Layout; layout: Layout | undefined } {
  const known = rules.quirks.layout?.(words);
  if (known !== undefined) return { longest: known, layout: known };
  const longest = rules.layouts.toSorted((one, other) => other.length - one.length)[0] ?? [];
  const isZone = rules.afterFields === "zone" && canonicalTimezone(words.at(-1) ?? "") !== null;
  const count = isZone ? words.length - 1 : words.length;
  const layout = rules.layouts.find(({ length }) => length === count);
  if (layout !== undefined && isZone) return { longest: layout, layout };
  return {
    longest,
    layout: layout ?? (rules.afterFields === "command" && count > longest.length ? longest : undefined),
  };
}

function cronOf(fields: Fields, parsed: Parsed, rules: CronRules): Cron {
  const { day, weekday } = parsed;
  const isDayOpen = rules.quirks.open?.(fields.day, "day") ?? isOpen(fields.day, day, { count: 31, rules });
  const isWeekdayOpen =
    rules.quirks.open?.(fields.weekday, "weekday") ?? isOpen(fields.weekday, weekday, { count: 7, rules });
  if (rules.days.both === "refused" && (fields.day === "?") === (fields.weekday === "?"))
    throw new ScheduleError("Give either day-of-month or day-of-week, and write ? for the other.");
  return {
    fields: [fields.minute, fields.hour, fields.day, fields.month, fields.weekday].map((text) =>
      text.toUpperCase(),
    ),
    seconds: selection(parsed.second, 60),
    minutes: selection(parsed.minute, 60),
    hours: selection(parsed.hour, 24),
    days: selection(day, 32),
    daysFromEnd: day.daysFromEnd,
    nearWorkdays: day.nearWorkdays,
    lastWorkday: day.lastWorkday,
    months: selection(parsed.month, 13),
    weekdays: selection(weekday, 7),
    nthWeekdays: weekday.nthWeekdays,
    years: fields.year === "*" || fields.year === "?" ? null : parsed.year.numbers,
    daysMustAgree: rules.days.both !== "or" || isDayOpen || isWeekdayOpen,
    isElapsed: isElapsed(fields, parsed, rules),
    every: null,
    latest: null,
    timezone: rules.timezone,
    rules,
  };
}

/** The line of `@every`: its fields select all times, and `every` says how far apart they are. */
function everyCron(milliseconds: number, rules: CronRules): Cron {
  const { fields } = fieldsOf(["*", "*", "*", "*", "*"], { ...rules, layouts: [FIVE] });
  const parsed = Object.fromEntries(NAMES.map((name) => [name, parseField(fields[name], name, rules)]));
  return { ...cronOf(fields, parsed as Record<FieldName, FieldValues>, rules), every: milliseconds };
}

const FIVE: Layout = ["minute", "hour", "day", "month", "weekday"];

/** Whether a day field counts as open (`DayRule.open`): with one open field, both must fit. */
function isOpen(
  text: string,
  values: FieldValues,
  { count, rules }: { count: number; rules: CronRules },
): boolean {
  if (text === "?") return true;
  const { open } = rules.days;
  if (open === "begins with star") return text.startsWith("*");
  if (open === "star") return text === "*";
  return open === "star entry" ? values.hasStar : values.numbers.size === count;
}

/** Whether the line counts elapsed time, so that it runs in both passes of a repeated hour (`ClockRule.elapsed`). */
function isElapsed({ second, minute, hour }: Fields, parsed: Parsed, { clock }: CronRules): boolean {
  if (clock.elapsed === "all" || clock.elapsed === "none") return clock.elapsed === "all";
  if (clock.elapsed === "every hour") return parsed.hour.numbers.size === 24;
  if (clock.elapsed === "several times")
    return (
      [parsed.second, parsed.minute, parsed.hour].some(({ numbers }) => numbers.size > 1) ||
      [second, minute, hour].some((text) => /[*/]/.test(text))
    );
  return minute.startsWith("*") || hour.startsWith("*");
}

/** 1 at the index of each number that is selected. */
function selection(values: FieldValues, size: number): Uint8Array {
  const selected = new Uint8Array(size);
  for (const value of values.numbers) selected[value] = 1;
  return selected;
}
