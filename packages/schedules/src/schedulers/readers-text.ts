import { parseCron } from "../cron/parse.ts";
import { ScheduleError } from "../schedule-error.ts";
import { listText } from "../explain/english.ts";
import { schedulerNamed } from "./index.ts";

/** The schedulers that people most likely mean by a line that plain cron refuses, the most likely first. */
const LIKELY = [
  "quartz",
  "spring",
  "kubernetes",
  "cron-kelektiv",
  "bullmq",
  "jenkins",
  "hashicorp-nomad",
  "fugit",
  "croniter",
];
const NAMED_MAX = 3;

/** The schedulers that people most likely mean by a line that the chosen one refuses, the most likely first, at most three. */
export function likelyReaders({ expression, scheduler }: Line): string[] {
  return LIKELY.filter((id) => id !== scheduler && isReadBy(id, expression)).slice(0, NAMED_MAX);
}

/** A sentence on which schedulers read a line that the chosen one refuses; null: none of the usual ones does. */
export function readersText(line: Line): string | null {
  const labels = likelyReaders(line).map((id) => schedulerNamed(id).label);
  return labels.length === 0
    ? null
    : `If ${listText(labels, "or")} runs this job, choose it as the scheduler.`;
}

type Line = { expression: string; scheduler?: string };

/** Whether a scheduler reads every line of an expression. */
export function isReadBy(id: string, expression: string): boolean {
  const { rules } = schedulerNamed(id);
  try {
    return expression.split("\n").every((line) => parseCron(line.trim(), rules).fields.length > 0);
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}
