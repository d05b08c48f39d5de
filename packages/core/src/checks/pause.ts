import { type Instant, nextAfter } from "@overdue/schedules";
import { judgeUpTo } from "./deadlines.ts";
import type { Draft } from "./draft.ts";
import { leave } from "./flips.ts";
import { loseRun } from "./runs.ts";

/** Nothing is expected and no run is waited for, until a ping or a person resumes the check. */
export function foldPause(draft: Draft, pausedAt: Instant): void {
  const at = Math.max(pausedAt, draft.memory.judgedAt);
  judgeUpTo(draft, at);
  if (draft.state.status === "paused") return;
  for (const run of draft.memory.openRuns) loseRun(draft, run, at);
  clear(draft, at);
  draft.memory.slotAt = null;
  leave(draft, { at, to: "paused" });
}

/** A paused check begins as a new one would; any other is left alone. */
export function foldResume(draft: Draft, resumedAt: Instant): void {
  const { state, memory, settings } = draft;
  const at = Math.max(resumedAt, memory.judgedAt);
  judgeUpTo(draft, at);
  if (state.status !== "paused") return;
  clear(draft, at);
  state.lastPingAt = null;
  memory.slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, at) : null;
  leave(draft, { at, to: "new" });
}

function clear({ memory }: Draft, at: Instant): void {
  memory.judgedAt = at;
  memory.clearedAt = at;
  memory.verdictAt = at;
  memory.loneRun = null;
  memory.lastSlot = null;
  memory.lastSlotFinal = false;
  memory.verdicts = [];
  memory.goodInARow = 0;
  memory.burst = { slotAt: null, at: [] };
  memory.slotHost = null;
  delete memory.lastEnds;
  delete memory.unmet;
}
