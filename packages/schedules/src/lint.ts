import { refuseNeverLine } from "./cron/never.ts";
import { lineText } from "./explain/line-text.ts";
import { type Line, linesOf } from "./lines.ts";
import { ScheduleError } from "./schedule-error.ts";
import { nextAfter } from "./schedule.ts";
import { DEFAULT_SCHEDULER, schedulerNamed } from "./schedulers/index.ts";
import type { Instant } from "./time.ts";

/** What is odd about a line, as one sentence: refused, taken and never run, or read otherwise than by plain cron. */
export type LintFinding = { code: "refused" | "never" | "otherwise"; message: string };

// 2000-01-01: a line that has no time after it never runs.
const NEVER_BEFORE: Instant = 946_684_800_000;

/** What a scheduler makes of a cron line that its author may not have meant; nothing for a line that is plain to both. */
export function lintLine(expression: string, scheduler: string): LintFinding[] {
  const schedule = { kind: "cron" as const, expression, scheduler, timezone: "UTC" };
  const refused = refusalOf(() => linesOf(schedule));
  if (refused !== null) return [{ code: "refused", message: refused }];
  if (nextAfter(schedule, NEVER_BEFORE) === null)
    return [{ code: "never", message: neverText(linesOf(schedule)) }];
  return otherwise(expression, scheduler);
}

function neverText(lines: readonly Line[]): string {
  const reason = refusalOf(() => {
    for (const line of lines) if (line.kind === "cron") refuseNeverLine(line.cron);
  });
  return reason ?? "This scheduler takes the line and never runs it: check its days and months.";
}

function otherwise(expression: string, scheduler: string): LintFinding[] {
  const here = textBy(expression, scheduler);
  const { label } = schedulerNamed(scheduler);
  // Debian's own reading is held against the plain one that knows L and FRI#2.
  const other = scheduler === DEFAULT_SCHEDULER ? "overdue" : DEFAULT_SCHEDULER;
  const plain = textBy(expression, other);
  if (here === null || plain === null || here === plain) return [];
  const reader = other === DEFAULT_SCHEDULER ? "plain cron" : "most others";
  return [{ code: "otherwise", message: `${label} runs this ${here}; ${reader} would run it ${plain}.` }];
}

function textBy(expression: string, scheduler: string): string | null {
  const schedule = { kind: "cron" as const, expression, scheduler, timezone: "UTC" };
  if (refusalOf(() => linesOf(schedule)) !== null || nextAfter(schedule, NEVER_BEFORE) === null) return null;
  return linesOf(schedule).map(lineText).join("; ");
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
