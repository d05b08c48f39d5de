import { WEEKDAY_NAMES } from "../cron/fields.ts";
import type { Cron } from "../cron/cron.ts";
import type { CronRules } from "../cron/rules.ts";
import type { Scheduler } from "../schedulers/scheduler.ts";

/**
 * Why a scheduler reads a line otherwise than another one read it, from the rules of both: "APScheduler counts weekdays from
 * Monday = 0". Null where the difference lies in no single field.
 */
export function readingReason({ label, rules }: Scheduler, here: Cron, other: Cron): string | null {
  const [, , day = "", month = "", weekday = ""] = here.fields;
  if (!isSame(here.weekdays, other.weekdays) || isOther(here.nthWeekdays, other.nthWeekdays))
    return /\d/.test(weekday) && rules.grammar.sunday !== other.rules.grammar.sunday
      ? `${label} counts weekdays from ${firstWeekday(rules)}`
      : `${label} reads the weekday “${weekday}” in its own way`;
  if (!isSame(here.days, other.days) || isOther(here.daysFromEnd, other.daysFromEnd))
    return `${label} reads the day of the month “${day}” in its own way`;
  if (!isSame(here.months, other.months)) return `${label} reads the month “${month}” in its own way`;
  if (here.daysMustAgree === other.daysMustAgree) return null;
  return here.daysMustAgree
    ? `${label} wants the day of the month and the weekday both to fit`
    : `With ${label} either will do, the day of the month or the weekday`;
}

/** "Monday = 0" */
function firstWeekday({ grammar }: CronRules): string {
  const { min } = grammar.bounds.weekday;
  const name = WEEKDAY_NAMES[(min - grammar.sunday + 7) % 7] ?? "";
  return `${name.slice(0, 1)}${name.slice(1).toLowerCase()} = ${min}`;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.join() === other.join();
}

function isOther(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
