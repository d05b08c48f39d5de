/** Rules 3, 6 and 42: computes the next deadline of a check, and when time must be folded into it next. */

import { type Instant, MINUTE_MS } from "@overdue/schedules";
import type { Check } from "../check.ts";
import type { CheckSettings } from "../settings.ts";
import type { Memory } from "../memory.ts";
import { slotDeadline } from "./postpone-deadlines.ts";

// The missed slots of a down check notify nobody, so they are written several at a time.
const DOWN_FOLD_MS = 10 * MINUTE_MS;

/** The next instant at which the caller must fold time into this check; null for never. */
export function nextAt(check: Check): Instant | null {
  const { status, memory } = check.state;
  const deadlineAt = nextDeadline(check);
  if (deadlineAt === null || status !== "down" || memory.backlog.length + memory.deferred.length > 0)
    return deadlineAt;
  const runAt = nextRunDeadline(memory);
  return runAt === deadlineAt
    ? runAt
    : earlier(runAt, Math.max(deadlineAt, memory.evaluatedAt + DOWN_FOLD_MS));
}

/** The next instant at which the passing of time changes this check; null for never. */
export function nextDeadline({ settings, state: { memory } }: Check): Instant | null {
  if (memory.backlog.length > 0) return memory.evaluatedAt;
  return nextEvaluationAt(settings, memory);
}

/** The next instant at which there is something to evaluate: a deadline, or a run that becomes an outlier. */
export function nextEvaluationAt(settings: CheckSettings, memory: Memory): Instant | null {
  let first = awaitedUntil(settings, memory);
  for (const { outlierAt, overlong, uncertain, deadlineAt } of memory.openRuns) {
    if (outlierAt !== undefined && !overlong) first = earlier(first, outlierAt);
    if (uncertain !== undefined) first = earlier(first, deadlineAt);
  }
  return first;
}

/** The first slot that is waited for: one that was passed over (rule 42), else the next. */
export function firstAwaited({ passed, slotAt }: Memory): Instant | null {
  return passed?.[0] ?? slotAt;
}

/** The next deadline of a slot or a run; null if nothing is waited for. */
export function awaitedUntil(settings: CheckSettings, memory: Memory): Instant | null {
  const runAt = nextRunDeadline(memory);
  const slotAt = firstAwaited(memory);
  return slotAt === null ? runAt : earlier(runAt, slotDeadline(settings, memory.outages, slotAt));
}

/** The next deadline of an open run that is still within its limit. */
function nextRunDeadline(memory: Memory): Instant | null {
  let first: Instant | null = null;
  for (const run of memory.openRuns)
    if (!run.overlong && run.uncertain === undefined && (first === null || run.deadlineAt < first))
      first = run.deadlineAt;
  return first;
}

function earlier(first: Instant | null, second: Instant): Instant {
  return first === null || second < first ? second : first;
}
