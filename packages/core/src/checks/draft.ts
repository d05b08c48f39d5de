import { type Instant, windowMs } from "@overdue/schedules";
import type { Check, CheckState } from "./check.ts";
import type { CheckSettings } from "./settings.ts";
import type { Memory } from "./memory.ts";
import type { Effect, Evidence, Run, Slot, Transition } from "./event.ts";
import { awaitedUntil, nextAt } from "./deadlines/next-deadline.ts";

/** A check while one event is folded into it: copies of its state and memory. Lists are replaced, never changed in place. */
export type Draft = {
  readonly createdAt: Instant;
  settings: CheckSettings;
  readonly state: CheckState;
  readonly memory: Memory;
  readonly effects: Effect[];
  /** The watermark: deadlines up to it may be evaluated. */
  readonly knownUntil: Instant;
  /** The number of the ping that is being applied. */
  pingNumber: number | null;
};

/** Copies the parts of a check that a fold may change. */
export function openDraft(check: Check, knownUntil: Instant): Draft {
  return {
    createdAt: check.createdAt,
    settings: check.settings,
    state: { ...check.state },
    memory: { ...check.state.memory },
    effects: [],
    knownUntil,
    pingNumber: null,
  };
}

/** Derives the fields that are stored for others to read (expected, deadline, last start) and returns the transition. */
export function seal(check: Check, draft: Draft): Transition<Check> {
  const { state, memory } = draft;
  const deadlineAt = state.status === "down" ? null : awaitedUntil(draft.settings, memory);
  if (deadlineAt !== state.deadlineAt) state.deadlineSeq += 1;
  state.deadlineAt = deadlineAt;
  const isAwaited = state.status === "up" || state.status === "new";
  state.expectedAt = isAwaited ? expectedBy(draft.settings, memory.slotAt) : null;
  state.lastStartAt = newestStart(memory);
  state.memory = memory;
  const next = { id: check.id, createdAt: check.createdAt, settings: draft.settings, state };
  return { check: next, effects: draft.effects, nextAt: nextAt(next) };
}

/** When a slot is expected at the latest: its due time, or the end of its window if the scheduler draws the time. */
export function expectedBy({ schedule }: CheckSettings, slotAt: Instant | null): Instant | null {
  return slotAt === null ? null : slotAt + windowMs(schedule, slotAt);
}

/** Adds the effect that stores a run, in place of an earlier one of this fold for the same run. */
export function writeRun(draft: Draft, run: Run): void {
  const index = draft.effects.findLastIndex((effect) => effect.kind === "run" && effect.run.id === run.id);
  if (index >= 0) draft.effects[index] = { kind: "run", run };
  else draft.effects.push({ kind: "run", run });
}

/** Adds the effect that stores a changed slot, in place of an earlier one of this fold for the same slot. */
export function rewriteSlot(draft: Draft, slot: Slot): void {
  const index = draft.effects.findLastIndex(
    (effect) => effect.kind === "slot" && effect.slot.dueAt === slot.dueAt,
  );
  if (index >= 0) draft.effects[index] = { kind: "slot", slot };
  else draft.effects.push({ kind: "slot", slot });
}

/** The evidence of an alert or a notice: what is known of the check, and the particulars of this case. */
export function evidenceOf({ memory }: Draft, particulars: Partial<Evidence>): Evidence {
  return {
    expectedAt: memory.slotAt,
    deadlineAt: null,
    lastHeardAt: memory.receivedAt,
    exitStatus: null,
    runId: null,
    pingNumber: null,
    durationMs: null,
    limitMs: null,
    ...particulars,
  };
}

function newestStart(memory: Memory): Instant | null {
  let newest: Instant | null = null;
  for (const run of memory.openRuns)
    if (run.uncertain !== "beside" && (newest === null || run.startedAt > newest)) newest = run.startedAt;
  return newest;
}
