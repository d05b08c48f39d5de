/** Rules 10 and 36: pause and resume. */

import { type Instant, nextAfter } from "@overdue/schedules";
import { evaluateUpTo } from "../deadlines/evaluate-deadlines.ts";
import type { Draft } from "../draft.ts";
import { setStatusSilently } from "./flips.ts";
import { abandonRun } from "../runs/runs.ts";

/** Nothing is expected and no run is waited for, until a ping or a person resumes the check. */
export function applyPause(draft: Draft, pausedAt: Instant): void {
  const at = Math.max(pausedAt, draft.memory.evaluatedAt);
  evaluateUpTo(draft, at);
  if (draft.state.status === "paused") return;
  for (const run of draft.memory.openRuns) abandonRun(draft, run, at);
  clear(draft, at);
  draft.memory.slotAt = null;
  setStatusSilently(draft, { at, to: "paused" });
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
