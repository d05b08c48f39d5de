import type { Instant } from "@overdue/schedules";
import type { Memory, OpenRun } from "./memory.ts";
import { writeBacklog } from "./backlog.ts";
import { type Draft, evidenceOf, writeRun } from "./draft.ts";
import { goDown } from "./flips.ts";
import { slotDeadline } from "./outages.ts";
import { changeRun, dropRun } from "./runs.ts";
import { runningRun } from "./run-rows.ts";
import {
  failDue,
  failSlot,
  meetByOpenRun,
  missSlot,
  reviseLastSlot,
  runBefore,
  SLOTS_PER_FOLD,
} from "./slots.ts";
import { judgeBad } from "./tolerance.ts";
import { judgeUnusual } from "./usual.ts";

/**
 * Judges, in their order, the deadlines of slots and runs that have passed at `at`, those at that instant too, as
 * far as is known. What is more than a fold's work is left to the next one.
 */
export function judgeUpTo(draft: Draft, at: Instant): void {
  const now = Math.min(at, draft.knownUntil);
  for (let work = writeBacklog(draft); work < SLOTS_PER_FOLD; work += 1) {
    const run = nextRunDue(draft.memory, now);
    const long = nextUnusual(draft.memory, now);
    const slotAt = draft.memory.slotAt;
    const slotBy = slotAt === null ? null : slotDeadline(draft.settings, draft.memory.outages, slotAt);
    const first = Math.min(run?.deadlineAt ?? Infinity, slotBy ?? Infinity);
    if (long !== null && long.unusualAt < first) judgeUnusual(draft, long);
    else if (run !== null && (slotBy === null || run.deadlineAt <= slotBy)) judgeRun(draft, run);
    else if (slotAt !== null && slotBy !== null && slotBy <= now) judgeSlot(draft, slotAt);
    else return;
  }
}

/** Nothing came for this slot. */
export function judgeSlot(draft: Draft, dueAt: Instant): void {
  const { state, memory, settings } = draft;
  if (meetByOpenRun(draft, dueAt)) return;
  const evidence = evidenceOf(draft, { expectedAt: dueAt });
  const { at, outcome, because } = missSlot(draft, dueAt);
  const skippedFor = because === "overlap" ? runBefore(memory, dueAt) : undefined;
  memory.judgedAt = Math.max(memory.judgedAt, at);
  memory.verdictAt = Math.max(memory.verdictAt ?? dueAt, dueAt);
  // Planned work was expected to skip it; an interval has no other slot to show that the job is alive again.
  if (because === "maintenance" && settings.schedule.kind !== "interval") return;
  const trouble = { at, evidence: { ...evidence, deadlineAt: at } };
  if (state.status === "new") goDown(draft, { ...trouble, reason: "never-started" });
  else if (skippedFor !== undefined)
    judgeBad(draft, { at, reason: "overlap", evidence: { ...trouble.evidence, runId: skippedFor.id } });
  else if (outcome === "missed" || settings.tolerance === null)
    judgeBad(draft, { ...trouble, reason: "missed" });
}

/** This run has taken longer than it may, and still runs as far as is known. */
function judgeRun(draft: Draft, run: OpenRun): void {
  const { memory } = draft;
  const at = run.deadlineAt;
  if (run.perhaps !== undefined) return dropRun(draft, run);
  const overlong = { ...run, overlong: true };
  changeRun(draft, overlong);
  writeRun(draft, runningRun(overlong));
  memory.judgedAt = Math.max(memory.judgedAt, at);
  memory.verdictAt = Math.max(memory.verdictAt ?? at, at);
  const evidence = evidenceOf(draft, {
    deadlineAt: at,
    runId: run.id,
    durationMs: at - run.startedAt,
    limitMs: at - run.limitFrom,
  });
  failSlotOf(draft, run);
  judgeBad(draft, { at, reason: "overlong", evidence });
}

/** The slot of a run that broke its limit stays failed, even if the run ends well in the end. */
function failSlotOf(draft: Draft, run: OpenRun): void {
  const { memory } = draft;
  const at = run.deadlineAt;
  if (run.slot !== null) {
    failSlot(draft, run.slot, { at, runId: run.id });
  } else {
    const coming = { at, cameAt: run.startedAt, good: false, runId: run.id };
    if (!failDue(draft, coming) && memory.lastSlot?.outcome !== "missed") reviseLastSlot(draft, coming);
  }
  const isLast = run.slot === null || run.slot.dueAt === memory.lastSlot?.dueAt;
  memory.lastSlotFinal ||= isLast && memory.lastSlot?.outcome === "failed";
}

function nextUnusual({ openRuns }: Memory, now: Instant): (OpenRun & { unusualAt: Instant }) | null {
  let first: (OpenRun & { unusualAt: Instant }) | null = null;
  for (const run of openRuns) {
    const { unusualAt } = run;
    if (
      unusualAt !== undefined &&
      !run.overlong &&
      unusualAt <= now &&
      unusualAt < (first?.unusualAt ?? Infinity)
    )
      first = { ...run, unusualAt };
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
