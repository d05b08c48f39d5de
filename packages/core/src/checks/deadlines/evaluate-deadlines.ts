/** Rules 1, 2, 5, 14, 20, 24, 36, 40, 42 and 44: evaluates the deadlines of slots and runs that have passed. */

import {
  everyMs,
  type Instant,
  lostFrom,
  missedText,
  nextAfter,
  type Schedule,
  type SchedulerPolicy,
  usualPolicy,
} from "@overdue/schedules";
import type { Memory, OpenRun } from "../memory.ts";
import {
  failDue,
  meetByOpenRun,
  missSlot,
  runBefore,
  SLOTS_PER_FOLD,
  unmetSlot,
  writeBacklog,
} from "../slots/settle-slots.ts";
import { type Draft, evidenceOf, expectedBy, writeRun } from "../draft.ts";
import type { Evidence } from "../event.ts";
import type { CheckSettings } from "../settings.ts";
import { goDown, goUp } from "../state/flips.ts";
import { slotDeadline } from "../deadlines/postpone-deadlines.ts";
import { changeRun, abandonAtDeadline, runningRun } from "../runs/runs.ts";
import { firstAwaited } from "./next-deadline.ts";
import { writePassed } from "../slots/named-slots.ts";
import { failSlot, reviseLastSlot } from "../slots/write-slots.ts";
import { isBad } from "../slots/slot-outcome.ts";
import { applyViolation } from "../state/tolerance.ts";
import { evaluateOutlier } from "../learning/learn-durations.ts";

/**
 * Evaluates, in their order, the deadlines of slots and runs up to and including `at`, but none after the watermark
 * (`knownUntil`). If more deadlines have passed than one fold may evaluate, the next fold continues.
 */
export function evaluateUpTo(draft: Draft, at: Instant): void {
  const now = Math.min(at, draft.knownUntil);
  for (let work = writeBacklog(draft); work < SLOTS_PER_FOLD; work += 1) {
    const run = nextRunDue(draft.memory, now);
    const outlier = nextOutlier(draft.memory, now);
    const slotAt = firstAwaited(draft.memory);
    const slotBy = slotAt === null ? null : slotDeadline(draft.settings, draft.memory.outages, slotAt);
    const first = Math.min(run?.deadlineAt ?? Infinity, slotBy ?? Infinity);
    if (outlier !== null && outlier.outlierAt < first) evaluateOutlier(draft, outlier);
    else if (run !== null && (slotBy === null || run.deadlineAt <= slotBy)) evaluateRun(draft, run);
    else if (slotAt !== null && slotBy !== null && slotBy <= now) evaluateSlot(draft, slotAt);
    else return;
  }
}

/** The deadline of a slot has passed and no ping settled it. */
export function evaluateSlot(draft: Draft, dueAt: Instant): void {
  const { state, memory, settings } = draft;
  if (memory.passed?.[0] === dueAt) return evaluatePassedOverSlot(draft, dueAt);
  if (meetByOpenRun(draft, dueAt)) return;
  const evidence = evidenceOf(draft, { expectedAt: expectedBy(settings, dueAt) });
  const { at, outcome, because } = missSlot(draft, dueAt);
  const skippedFor = because === "overlap" ? runBefore(memory, dueAt) : undefined;
  memory.evaluatedAt = Math.max(memory.evaluatedAt, at);
  memory.verdictAt = Math.max(memory.verdictAt ?? dueAt, dueAt);
  // During maintenance the job is expected to skip the slot, so nobody is notified. An interval is the exception: it has no later
  // slot that would show whether the job is alive again.
  if (because === "maintenance" && everyMs(settings.schedule) === null) return;
  const violation = { at, evidence: { ...evidence, deadlineAt: at, ...policyAfter(settings, dueAt, at) } };
  if (state.status === "new") goDown(draft, { ...violation, reason: "never-started" });
  else if (skippedFor !== undefined)
    applyViolation(draft, {
      at,
      reason: "overlap",
      evidence: { ...violation.evidence, runId: skippedFor.id },
    });
  // A slot that an outage excluded alerts too, since its postponed deadline has passed. It only does not count for a tolerance.
  else if (outcome === "missed" || settings.tolerance === null)
    applyViolation(draft, { ...violation, reason: "missed" });
}

/**
 * No run named this slot, a later slot was met, and now its own deadline has passed. People are notified, and only once of all
 * such slots whose deadlines an outage has put off to one instant. A check that was up goes up again at once, as after a failure
 * that arrives late.
 */
function evaluatePassedOverSlot(draft: Draft, dueAt: Instant): void {
  const { state, memory, settings } = draft;
  const at = slotDeadline(settings, memory.outages, dueAt);
  const together = (memory.passed ?? [dueAt]).map((other) => unmetSlot(settings, memory.outages, other));
  const slots = together.filter((slot) => slot.at === at);
  for (const slot of slots) writePassed(draft, slot);
  memory.evaluatedAt = Math.max(memory.evaluatedAt, at);
  const missed = slots.find(({ outcome }) => outcome === "missed");
  if (missed === undefined) return;
  const wasUp = state.status === "up";
  const evidence = evidenceOf(draft, { expectedAt: expectedBy(settings, missed.dueAt), deadlineAt: at });
  applyViolation(draft, {
    at,
    reason: "missed",
    evidence: { ...evidence, ...policyAfter(settings, missed.dueAt, at) },
  });
  const isAlive = memory.lastSlot !== null && !isBad(memory.lastSlot);
  if (wasUp && isAlive && settings.recoverAfter === 1) goUp(draft, at);
}

/** What the scheduler does about the run that was due at `dueAt` and had not come by `at`; empty if that is not known. */
function policyAfter({ schedule }: CheckSettings, dueAt: Instant, at: Instant): Pick<Evidence, "policy"> {
  const policy = usualPolicy(schedule);
  if (policy === null) return {};
  return {
    policy: {
      text: missedText(policy),
      lostFrom: lostFrom(policy, dueAt),
      nextAt: nextDue({ schedule, policy, dueAt }, at),
    },
  };
}

/** When the next run is due; null where that depends on when the scheduler is back, or when its last run began or ended. */
function nextDue(
  { schedule, policy, dueAt }: { schedule: Schedule; policy: SchedulerPolicy; dueAt: Instant },
  at: Instant,
): Instant | null {
  const intervalMs = everyMs(schedule);
  if (intervalMs === null) return nextAfter(schedule, at);
  const isGrid = policy.interval?.phase === "grid" && policy.interval.overRestart === "kept";
  return isGrid ? dueAt + intervalMs * (Math.floor((at - dueAt) / intervalMs) + 1) : null;
}

/** The deadline of an open run has passed without its end. */
function evaluateRun(draft: Draft, run: OpenRun): void {
  const { memory } = draft;
  const at = run.deadlineAt;
  if (run.uncertain !== undefined) return abandonAtDeadline(draft, run);
  const overlong = { ...run, overlong: true };
  changeRun(draft, overlong);
  writeRun(draft, runningRun(overlong));
  memory.evaluatedAt = Math.max(memory.evaluatedAt, at);
  memory.verdictAt = Math.max(memory.verdictAt ?? at, at);
  const evidence = evidenceOf(draft, {
    deadlineAt: at,
    runId: run.id,
    durationMs: at - run.startedAt,
    limitMs: at - run.limitFrom,
  });
  failSlotOfRun(draft, run);
  applyViolation(draft, { at, reason: "overlong", evidence });
}

/** The slot of a run that exceeded its limit stays failed, even if the run succeeds in the end. */
function failSlotOfRun(draft: Draft, run: OpenRun): void {
  const { memory } = draft;
  const at = run.deadlineAt;
  if (run.slot !== null) {
    failSlot(draft, run.slot, { at, runId: run.id });
  } else {
    const coming = { at, arrivedAt: run.startedAt, good: false, runId: run.id };
    if (!failDue(draft, coming) && memory.lastSlot?.outcome !== "missed") reviseLastSlot(draft, coming);
  }
  const isLast = run.slot === null || run.slot.dueAt === memory.lastSlot?.dueAt;
  memory.lastSlotFinal ||= isLast && memory.lastSlot?.outcome === "failed";
}

function nextOutlier({ openRuns }: Memory, now: Instant): (OpenRun & { outlierAt: Instant }) | null {
  let first: (OpenRun & { outlierAt: Instant }) | null = null;
  for (const run of openRuns) {
    const { outlierAt } = run;
    if (
      outlierAt !== undefined &&
      !run.overlong &&
      outlierAt <= now &&
      outlierAt < (first?.outlierAt ?? Infinity)
    )
      first = { ...run, outlierAt };
  }
  return first;
}

function nextRunDue({ openRuns }: Memory, now: Instant): OpenRun | null {
  let first: OpenRun | null = null;
  for (const run of openRuns)
    if (!run.overlong && run.deadlineAt <= now && (first === null || run.deadlineAt < first.deadlineAt))
      first = run;
  return first;
}
