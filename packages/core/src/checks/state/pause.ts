/** Rules 10, 10a and 36: pause, undoing a pause, and resume. */

import { type Instant, nextAfter } from "@overdue/schedules";
import { evaluateUpTo } from "../deadlines/evaluate-deadlines.ts";
import { applyOutage } from "../deadlines/postpone-deadlines.ts";
import { type Draft, writeRun } from "../draft.ts";
import type { BeforePause } from "../memory.ts";
import { abandonRun, runningRun } from "../runs/runs.ts";
import { restoreStatus, setStatusSilently } from "./flips.ts";

/** Pauses a check: it expects nothing and waits for no run, until a ping or a person resumes it. */
export function applyPause(draft: Draft, pausedAt: Instant): void {
  const at = Math.max(pausedAt, draft.memory.evaluatedAt);
  evaluateUpTo(draft, at);
  const before = beforePause(draft);
  if (before === null) return;
  for (const run of draft.memory.openRuns) abandonRun(draft, run, at);
  startAnewFrom(draft, at);
  draft.memory.slotAt = null;
  setStatusSilently(draft, { at, to: "paused" });
  draft.memory.beforePause = before;
}

/**
 * The state to restore if the pause is undone; null if the check is paused already. The fields that are left out (learned
 * durations, backlog …) change during the pause, and undoing it does not set them back.
 */
function beforePause({ state: { status }, memory }: Draft): BeforePause | null {
  if (status === "paused") return null;
  const { flippedAt: _f, receivedAt: _r, durations: _d, hours: _h, backlog: _b, ...kept } = memory;
  delete kept.outlierAfterMs;
  delete kept.usualMetrics;
  return { status, memory: kept, pings: [] };
}

/**
 * Restores a paused check as it was before the pause. `fold` then applies the pings received meanwhile and evaluates the
 * deadlines. If the state from before was not kept, the check starts anew, as on resume.
 */
export function applyUndoPause(draft: Draft, undoneAt: Instant): void {
  const { state, memory } = draft;
  const at = Math.max(undoneAt, memory.evaluatedAt);
  evaluateUpTo(draft, at);
  const before = memory.beforePause;
  if (before === undefined) return applyResume(draft, at);
  if (state.status !== "paused") return;
  // The restored deadlines have not been postponed for outages during the pause yet.
  const outages = memory.outages.filter(({ until }) => until > (before.memory.outageUntil ?? -Infinity));
  startAnewFrom(draft, at);
  Object.assign(memory, before.memory);
  restoreStatus(draft, { at, to: before.status });
  // A run "beside" another was stored as lost before the pause, and stays so.
  for (const run of memory.openRuns) if (run.uncertain !== "beside") writeRun(draft, runningRun(run));
  for (const outage of outages) applyOutage(draft, outage);
  memory.deferred = [...memory.deferred, ...before.pings].toSorted(
    (one, other) => one.ping.at - other.ping.at,
  );
}

/** Resumes a paused check, which starts as a new one would. Any other check stays as it is. */
export function applyResume(draft: Draft, resumedAt: Instant): void {
  const { state, memory, settings } = draft;
  const at = Math.max(resumedAt, memory.evaluatedAt);
  evaluateUpTo(draft, at);
  if (state.status !== "paused") return;
  startAnewFrom(draft, at);
  state.lastPingAt = null;
  memory.slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, at) : null;
  setStatusSilently(draft, { at, to: "new" });
}

/** Forgets what was observed, so that nothing from before `at` counts any more. */
function startAnewFrom({ memory }: Draft, at: Instant): void {
  memory.evaluatedAt = at;
  memory.clearedAt = at;
  memory.verdictAt = at;
  memory.endOnlyRun = null;
  memory.lastSlot = null;
  memory.lastSlotFinal = false;
  memory.verdicts = [];
  memory.goodInARow = 0;
  memory.burst = { slotAt: null, at: [] };
  memory.slotHost = null;
  delete memory.lastEnds;
  delete memory.unmet;
  delete memory.shared;
  delete memory.passed;
  delete memory.drawnMs;
  delete memory.drawnFrom;
  delete memory.loggedMetrics;
}
