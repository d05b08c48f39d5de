/** Rules 10, 10a and 36: pause, its undoing, and resume. */

import { type Instant, nextAfter } from "@overdue/schedules";
import { evaluateUpTo } from "../deadlines/evaluate-deadlines.ts";
import { applyOutage } from "../deadlines/postpone-deadlines.ts";
import { type Draft, writeRun } from "../draft.ts";
import type { BeforePause } from "../memory.ts";
import { abandonRun, runningRun } from "../runs/runs.ts";
import { restoreStatus, setStatusSilently } from "./flips.ts";

/** Nothing is expected and no run is waited for, until a ping or a person resumes the check. */
export function applyPause(draft: Draft, pausedAt: Instant): void {
  const at = Math.max(pausedAt, draft.memory.evaluatedAt);
  evaluateUpTo(draft, at);
  const before = beforePause(draft);
  if (before === null) return;
  for (const run of draft.memory.openRuns) abandonRun(draft, run, at);
  clear(draft, at);
  draft.memory.slotAt = null;
  setStatusSilently(draft, { at, to: "paused" });
  draft.memory.beforePause = before;
}

/** Null for a check that is paused. */
function beforePause({ state: { status }, memory }: Draft): BeforePause | null {
  if (status === "paused") return null;
  const { flippedAt: _f, receivedAt: _r, durations: _d, hours: _h, backlog: _b, ...kept } = memory;
  delete kept.outlierAfterMs;
  return { status, memory: kept, pings: [] };
}

/**
 * A paused check goes on as if it had not been paused. What it heard since waits to be applied, and its deadlines to be
 * evaluated, by `fold`. One whose state before is not known any more begins anew.
 */
export function applyUndoPause(draft: Draft, undoneAt: Instant): void {
  const { state, memory } = draft;
  const at = Math.max(undoneAt, memory.evaluatedAt);
  evaluateUpTo(draft, at);
  const before = memory.beforePause;
  if (before === undefined) return applyResume(draft, at);
  if (state.status !== "paused") return;
  const outages = memory.outages.filter(({ until }) => until > (before.memory.outageUntil ?? -Infinity));
  clear(draft, at);
  Object.assign(memory, before.memory);
  restoreStatus(draft, { at, to: before.status });
  for (const run of memory.openRuns) if (run.uncertain !== "beside") writeRun(draft, runningRun(run));
  for (const outage of outages) applyOutage(draft, outage);
  memory.deferred = [...memory.deferred, ...before.pings].toSorted(
    (one, other) => one.ping.at - other.ping.at,
  );
}

/** A paused check begins as a new one would; any other is left alone. */
export function applyResume(draft: Draft, resumedAt: Instant): void {
  const { state, memory, settings } = draft;
  const at = Math.max(resumedAt, memory.evaluatedAt);
  evaluateUpTo(draft, at);
  if (state.status !== "paused") return;
  clear(draft, at);
  state.lastPingAt = null;
  memory.slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, at) : null;
  setStatusSilently(draft, { at, to: "new" });
}

function clear({ memory }: Draft, at: Instant): void {
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
}
