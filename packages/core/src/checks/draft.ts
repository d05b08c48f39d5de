import { type Instant, MINUTE_MS } from "@overdue/schedules";
import type { Check, CheckState } from "./check.ts";
import type { CheckSettings } from "./settings.ts";
import type { Memory } from "./memory.ts";
import type { Effect, Evidence, Run, Slot, Transition } from "./event.ts";
import { slotDeadline } from "./deadlines/postpone-deadlines.ts";

// A down check writes its missed slots in lots: nobody is alerted by them, so they can wait a little.
const DOWN_WAKE_MS = 10 * MINUTE_MS;

/** A check while one event is folded into it: own copies of state and memory, whose lists are never changed in place. */
export type Draft = {
  readonly createdAt: Instant;
  settings: CheckSettings;
  readonly state: CheckState;
  readonly memory: Memory;
  readonly effects: Effect[];
  /** Deadlines up to here may be evaluated. */
  readonly knownUntil: Instant;
  /** The number of the ping that is being heard. */
  pingNumber: number | null;
};

/** Copies what a fold may change. */
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

/** Derives what is stored for others to read (expected, deadline, started) and answers the transition. */
export function seal(check: Check, draft: Draft): Transition<Check> {
  const { state, memory } = draft;
  const deadlineAt = state.status === "down" ? null : awaitedUntil(draft.settings, memory);
  if (deadlineAt !== state.deadlineAt) state.deadlineSeq += 1;
  state.deadlineAt = deadlineAt;
  state.expectedAt = state.status === "up" || state.status === "new" ? memory.slotAt : null;
  state.lastStartAt = newestStart(memory);
  state.memory = memory;
  const next = { id: check.id, createdAt: check.createdAt, settings: draft.settings, state };
  return { check: next, effects: draft.effects, nextAt: nextAt(next) };
}

/** The next instant at which somebody must fold time into this check; null for never. */
export function nextAt(check: Check): Instant | null {
  const { status, memory } = check.state;
  const deadlineAt = nextDeadline(check);
  if (deadlineAt === null || status !== "down" || memory.backlog.length + memory.deferred.length > 0)
    return deadlineAt;
  const runAt = nextRunDeadline(memory);
  return runAt === deadlineAt
    ? runAt
    : earlier(runAt, Math.max(deadlineAt, memory.evaluatedAt + DOWN_WAKE_MS));
}

/** The next instant at which time passing changes this check; null for never. */
export function nextDeadline({ settings, state: { memory } }: Check): Instant | null {
  if (memory.backlog.length > 0) return memory.evaluatedAt;
  return nextEvaluationAt(settings, memory);
}

/** Stores a run, in place of what this fold said about it before. */
export function writeRun(draft: Draft, run: Run): void {
  const said = draft.effects.findLastIndex((effect) => effect.kind === "run" && effect.run.id === run.id);
  if (said >= 0) draft.effects[said] = { kind: "run", run };
  else draft.effects.push({ kind: "run", run });
}

/** Stores a changed slot, in place of what this fold said about it before. */
export function rewriteSlot(draft: Draft, slot: Slot): void {
  const said = draft.effects.findLastIndex(
    (effect) => effect.kind === "slot" && effect.slot.dueAt === slot.dueAt,
  );
  if (said >= 0) draft.effects[said] = { kind: "slot", slot };
  else draft.effects.push({ kind: "slot", slot });
}

/** What an alert or a notice says, from what the check knows, with the particulars of the case. */
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

/** The next instant at which there is something to evaluate: a deadline, or a run that becomes an outlier. */
export function nextEvaluationAt(settings: CheckSettings, memory: Memory): Instant | null {
  let first = awaitedUntil(settings, memory);
  for (const { outlierAt, overlong, uncertain, deadlineAt } of memory.openRuns) {
    if (outlierAt !== undefined && !overlong) first = earlier(first, outlierAt);
    if (uncertain !== undefined) first = earlier(first, deadlineAt);
  }
  return first;
}

/** The next deadline of a slot or a run; null where nothing is waited for. */
function awaitedUntil(settings: CheckSettings, memory: Memory): Instant | null {
  const runAt = nextRunDeadline(memory);
  return memory.slotAt === null
    ? runAt
    : earlier(runAt, slotDeadline(settings, memory.outages, memory.slotAt));
}

/** The next deadline of an open run that is still within its limit. */
function nextRunDeadline(memory: Memory): Instant | null {
  let first: Instant | null = null;
  for (const run of memory.openRuns)
    if (!run.overlong && run.uncertain === undefined && (first === null || run.deadlineAt < first))
      first = run.deadlineAt;
  return first;
}

function newestStart(memory: Memory): Instant | null {
  let newest: Instant | null = null;
  for (const run of memory.openRuns)
    if (run.uncertain !== "beside" && (newest === null || run.startedAt > newest)) newest = run.startedAt;
  return newest;
}

function earlier(first: Instant | null, second: Instant): Instant {
  return first === null || second < first ? second : first;
}
