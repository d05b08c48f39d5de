import type { Cron } from "./cron/cron.ts";
import { WEEKDAY_NAMES } from "./civil.ts";
import { refuseNeverLine } from "./cron/never.ts";
import { parseCron } from "./cron/parse.ts";
import type { CronRules } from "./cron/rules.ts";
import { lineText } from "./explain/line-text.ts";
import { type Line, linesOf } from "./lines.ts";
import { ScheduleError } from "./schedule-error.ts";
import { nextAfter, type Schedule } from "./schedule.ts";
import { DEFAULT_SCHEDULER, schedulerNamed } from "./schedulers/index.ts";
import type { Scheduler } from "./schedulers/scheduler.ts";
import type { Instant } from "./time.ts";

/**
 * What is odd about a line, in one sentence: it is refused, accepted but never run, read differently than by plain cron, or run
 * at a time that the scheduler draws.
 */
export type LintFinding = { code: "refused" | "never" | "otherwise" | "drawn"; message: string };

/** 2000-01-01. A line without a time after this never runs. */
const NEVER_BEFORE: Instant = 946_684_800_000;

/**
 * How a scheduler reads a cron line in a way that its author may not have meant; empty for an ordinary line. With the name of a
 * Jenkins `job`, H means a known time.
 */
export function lintLine(expression: string, scheduler: string, job?: string): LintFinding[] {
  const named = job !== undefined && { job };
  const schedule = { kind: "cron" as const, expression, scheduler, timezone: "UTC", ...named };
  const refused = refusalOf(() => linesOf(schedule));
  if (refused !== null) return [{ code: "refused", message: refused }];
  if (nextAfter(schedule, NEVER_BEFORE) === null)
    return [{ code: "never", message: neverText(linesOf(schedule)) }];
  const { drawn } = schedulerNamed(scheduler);
  if (job === undefined && drawn?.sign.test(expression) === true)
    return [{ code: "drawn", message: drawn.text }];
  return linesOf(schedule).flatMap((line) => (line.kind === "cron" ? otherwise(line.cron, scheduler) : []));
}

function neverText(lines: readonly Line[]): string {
  const reason = refusalOf(() => {
    for (const line of lines) if (line.kind === "cron") refuseNeverLine(line.cron);
  });
  return reason ?? "This scheduler accepts the line but never runs it: check its days and months.";
}

/** Compares a line to the same five fields as plain cron reads them, without seconds and years. */
function otherwise(here: Cron, id: string): LintFinding[] {
  const scheduler = schedulerNamed(id);
  // Debian's own reading is compared to the plain one that knows L and FRI#2.
  const isDefault = scheduler.id === DEFAULT_SCHEDULER;
  const plain = plainReading(here, isDefault ? "overdue" : DEFAULT_SCHEDULER);
  if (plain === null) return [];
  const [hereText, plainText] = [textOf(here), textOf(plain)];
  if (textOf({ ...here, seconds: plain.seconds, years: null }) === plainText) return [];
  const reason = readingReason(scheduler, here, plain);
  const reads =
    reason === null ? `${scheduler.label} runs this ${hereText}` : `${reason}: this runs ${hereText}`;
  const message = `${reads}; ${isDefault ? "most others" : "plain cron"} would run it ${plainText}.`;
  return [{ code: "otherwise", message }];
}

/** Null: plain cron refuses the fields, or the line has none, such as `@every 90m`. */
function plainReading({ fields, every }: Cron, id: string): Cron | null {
  if (every !== null) return null;
  let plain: Cron | null = null;
  const line = fields.map((field) => (field === "?" ? "*" : field)).join(" ");
  refusalOf(() => (plain = parseCron(line, schedulerNamed(id).rules)));
  return plain;
}

function textOf(cron: Cron): string {
  const isNever = [cron.minutes, cron.hours, cron.months].some((selected) => !selected.includes(1));
  return isNever ? "never" : lineText({ kind: "cron", cron });
}

function refusalOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

/** Sentences on what is odd about a valid schedule; none for an interval or systemd's lines. */
export function lintSchedule(schedule: Schedule): string[] {
  if (schedule.kind !== "cron") return [];
  const { expression, scheduler = DEFAULT_SCHEDULER, job } = schedule;
  return lintLine(expression, scheduler, job).map(({ message }) => message);
}

/**
 * Why a scheduler reads a line differently than another one, from the rules of both: "APScheduler counts weekdays from
 * Monday = 0". Null: no single field makes the difference.
 */
function readingReason({ label, rules }: Scheduler, here: Cron, other: Cron): string | null {
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
    ? `${label} requires both the day of the month and the weekday to fit`
    : `With ${label} either the day of the month or the weekday is enough`;
}

/** "Monday = 0" */
function firstWeekday({ grammar }: CronRules): string {
  const { min } = grammar.bounds.weekday;
  return `${WEEKDAY_NAMES[(min - grammar.sunday + 6) % 7]} = ${min}`;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.join() === other.join();
}

function isOther(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
