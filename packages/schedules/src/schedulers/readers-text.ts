import { parseCron } from "../cron/parse.ts";
import { ScheduleError } from "../schedule-error.ts";
import { schedulerNamed } from "./index.ts";

// Those that most people mean by a line that plain cron refuses, in this order.
const LIKELY = [
  "quartz",
  "spring",
  "bullmq",
  "kubernetes",
  "jenkins",
  "hashicorp-nomad",
  "fugit",
  "croniter",
];
const NAMED_MAX = 3;

/** Says which schedulers read a line that the chosen one refuses; null where none of the usual ones does. */
export function readersText({
  expression,
  scheduler,
}: {
  expression: string;
  scheduler?: string;
}): string | null {
  const others = LIKELY.filter((id) => id !== scheduler && isReadBy(id, expression)).slice(0, NAMED_MAX);
  if (others.length === 0) return null;
  const labels = others.map((id) => schedulerNamed(id).label);
  const names = labels.length === 1 ? labels.join() : `${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}`;
  return `If ${names} runs this job, choose it as the scheduler.`;
}

function isReadBy(id: string, expression: string): boolean {
  const { rules } = schedulerNamed(id);
  try {
    return expression.split("\n").every((line) => parseCron(line.trim(), rules).fields.length > 0);
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}
