/** Rule 31a: the clock that decides was set back. */

import { type Instant, nextAfter, SECOND_MS } from "@overdue/schedules";
import type { Check } from "../check.ts";
import type { Draft } from "../draft.ts";
import type { Memory, OpenRun } from "../memory.ts";
import { runDeadline } from "../deadlines/postpone-deadlines.ts";

/** Clocks of receivers may part by less than this; what a check remembers from further ahead was stamped before a step. */
const AHEAD_MS = 10 * SECOND_MS;
/** 2001-09-09 in milliseconds: no length of time and no count in a check's memory is so large. */
const INSTANT_MIN = 1_000_000_000_000;

/** Whether a check remembers something from after `now`, so that the clock was set back since. */
export function isAhead({ state }: Check, now: Instant): boolean {
  const { evaluatedAt, receivedAt, flippedAt } = state.memory;
  return Math.max(evaluatedAt, receivedAt ?? 0, flippedAt ?? 0, state.lastPingAt ?? 0) > now + AHEAD_MS;
}

/**
 * Draws everything that was heard or decided after `at` back to `at`, and waits for the first slot after it. A wrong
 * clock that is put right, or a restored snapshot, would else leave every ping of the check in the past until the old time is reached again.
 */
export function applyClockSetBack(draft: Draft, at: Instant): void {
  const { memory, state, settings } = draft;
  const before = { ...memory };
  Object.assign(memory, drawnBack(before, at));
  state.lastPingAt = state.lastPingAt === null ? null : Math.min(state.lastPingAt, at);
  memory.slotAt =
    before.slotAt === null || before.slotAt <= at
      ? before.slotAt
      : earlier(before.slotAt, nextAfter(settings.schedule, at));
  if (before.lastSlot !== null && before.lastSlot.dueAt > at) {
    memory.lastSlot = null;
    memory.lastSlotFinal = false;
  }
  // What came in one window of the old time must not count as a burst at one instant of the new.
  memory.burst = { slotAt: null, at: [] };
  memory.slotHost = null;
  // A ping soon after the step is no repetition of one that was drawn back to it.
  delete memory.lastEnds;
  delete memory.unmet;
  delete memory.shared;
  delete memory.passed;
  delete memory.beforePause;
  memory.outages = memory.outages.filter((_, index) => (before.outages[index]?.from ?? 0) <= at);
  memory.backlog = memory.backlog.filter((_, index) => (before.backlog[index]?.from ?? 0) <= at);
  memory.openRuns = memory.openRuns.map((run, index) => limited(draft, run, before.openRuns[index] ?? run));
}

/** Its limits count from where its start was drawn back to. */
function limited(draft: Draft, run: OpenRun, before: OpenRun): OpenRun {
  const { outlierAt } = before;
  return {
    ...run,
    deadlineAt: run.overlong ? run.deadlineAt : runDeadline(draft, run),
    ...(outlierAt !== undefined && { outlierAt: run.startedAt + (outlierAt - before.startedAt) }),
  };
}

/** Clamps every instant in it, so that one that is remembered some day cannot be forgotten here. */
function drawnBack(memory: Memory, at: Instant): Memory {
  return JSON.parse(JSON.stringify(memory), (_, value: unknown) =>
    typeof value === "number" && value >= INSTANT_MIN ? Math.min(value, at) : value,
  );
}

function earlier(one: Instant, other: Instant | null): Instant {
  return other === null ? one : Math.min(one, other);
}
