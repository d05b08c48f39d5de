import { ScheduleError } from "../schedule-error.ts";
import { FIELD_TITLES } from "./fields.ts";
import type { CronRules } from "./rules.ts";

/** The error for a line with a wrong number of words, with what to write instead. */
export function otherShape(words: readonly string[], { layouts }: CronRules): ScheduleError {
  if (words.length === 1 && words[0] === "")
    return new ScheduleError("The cron expression is empty: write its fields, such as 30 2 * * *.");
  const counts = layouts.map(({ length }) => length).toSorted((one, other) => one - other);
  const usual = layouts[0] ?? [];
  if (words.length <= usual.length) {
    const names = usual.map((name) => FIELD_TITLES[name].replaceAll("-", " ")).join(", ");
    return new ScheduleError(
      `A cron expression has ${countText(counts)} fields (${names}) and this has ${words.length}: write * for any.`,
    );
  }
  return new ScheduleError(
    `A cron expression has ${countText(counts)} fields and this has ${words.length}: ${advice(words, usual.length)}`,
  );
}

function countText(counts: readonly number[]): string {
  return counts.map((count) => NUMBERS[count] ?? String(count)).join(" or ");
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven"];

/** Other schedulers have seconds at the beginning, and some a year at the end. */
function advice(words: readonly string[], usual: number): string {
  const isWithYear = words.length === usual + 1 && endsWithYear(words);
  const kept = isWithYear ? words.slice(0, usual) : words.slice(1, usual + 1);
  const meant = kept.join(" ").replaceAll("?", "*");
  const what = isWithYear
    ? "the last is the year, so leave it out"
    : "where the first is the seconds, leave out the seconds";
  return `${what} and write ${meant}.${weekdayAdvice(words, kept.at(-1) ?? "")}`;
}

/** A line with `?` may number the weekdays from Sunday = 1, as Quartz and EventBridge do. */
function weekdayAdvice(words: readonly string[], weekday: string): string {
  return words.includes("?") && /(?:^|[,-])\d/.test(weekday)
    ? " Write its weekdays by name, such as MON: Quartz and EventBridge count them from Sunday = 1, and here Monday is 1."
    : "";
}

/** Whether the last word is a year. A `?` replaces a day of month or week, so its position shows whether seconds come first. */
function endsWithYear(words: readonly string[]): boolean {
  if (/^\d{4}/.test(words.at(-1) ?? "")) return true;
  return (words[2] === "?" || words[4] === "?") && words[3] !== "?" && words[5] !== "?";
}

export function unknownMacro(text: string, { macros }: CronRules): ScheduleError {
  const name = text.split(/\s/)[0] ?? text;
  if (/^@every\s*$/i.test(text))
    return new ScheduleError("@every needs a span after it, such as @every 5m: or choose an interval.");
  if (/^@every$/i.test(name))
    return new ScheduleError(
      "This scheduler has no @every: choose an interval, or write a step such as */5 * * * *.",
    );
  if (/^@reboot$/i.test(name))
    return new ScheduleError(
      "@reboot is not a time of day: choose an interval, or write fields such as 30 2 * * *.",
    );
  const known = Object.keys(macros);
  const way = known.length === 0 ? "write the fields" : `write ${known.join(", ")}, or the fields`;
  return new ScheduleError(`There is no macro ${name} in this scheduler: ${way}.`);
}

/**
 * Refuses words after the fields. In a crontab they would be the command, but an expression has none, so they belong to a line
 * for another scheduler.
 * @throws ScheduleError
 */
export function refuseWordsBehind(line: string, rules: CronRules): void {
  const words = line.trim().split(/\s+/);
  const longest = Math.max(...rules.layouts.map(({ length }) => length));
  if (rules.afterFields.startsWith("command") && words.length > longest) throw otherShape(words, rules);
}
