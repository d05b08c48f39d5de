/** Rule 31a: the receiver's clock was set back. */

import { type Instant, nextAfter, SECOND_MS } from "@overdue/schedules";
import type { Check } from "../check.ts";
import type { Draft } from "../draft.ts";
import type { Memory, OpenRun } from "../memory.ts";
import { runDeadline } from "../deadlines/postpone-deadlines.ts";

/** The clocks of receivers differ by less than this, so an instant further ahead was stamped before a clock was set back. */
const AHEAD_MS = 10 * SECOND_MS;
/** 2001-09-09 in epoch milliseconds: no duration and no count in a check's memory is so large. */
const INSTANT_MIN = 1_000_000_000_000;

/** Whether a check remembers something from after `now`: the clock was set back since. */
export function isAhead({ state }: Check, now: Instant): boolean {
  const { evaluatedAt, receivedAt, flippedAt } = state.memory;
  return Math.max(evaluatedAt, receivedAt ?? 0, flippedAt ?? 0, state.lastPingAt ?? 0) > now + AHEAD_MS;
}

/**
 * Moves every instant in the check's memory that lies after `at` back to `at`, and waits for the first slot after that.
 * Otherwise, after a wrong clock is corrected or a snapshot restored, all new pings would count as out of order until the
 * old time is reached again.
 */
export function applyClockSetBack(draft: Draft, at: Instant): void {
  const { memory, state, settings } = draft;
  const before = { ...memory };
  Object.assign(memory, clampInstants(before, at));
  state.lastPingAt = state.lastPingAt === null ? null : Math.min(state.lastPingAt, at);
  memory.slotAt =
    before.slotAt === null || before.slotAt <= at
      ? before.slotAt
      : earlier(before.slotAt, nextAfter(settings.schedule, at));
  if (before.lastSlot !== null && before.lastSlot.dueAt > at) {
    memory.lastSlot = null;
    memory.lastSlotFinal = false;
  }
  // Pings that were spread over the old time must not count as a burst at one instant of the new.
  memory.burst = { slotAt: null, at: [] };
  memory.slotHost = null;
  // A ping soon after `at` does not repeat one that was moved back to it.
  delete memory.lastEnds;
  delete memory.unmet;
  delete memory.shared;
  delete memory.passed;
  delete memory.beforePause;
  memory.outages = memory.outages.filter((_, index) => (before.outages[index]?.from ?? 0) <= at);
  memory.backlog = memory.backlog.filter((_, index) => (before.backlog[index]?.from ?? 0) <= at);
  memory.openRuns = memory.openRuns.map((run, index) =>
    resetLimits(draft, run, before.openRuns[index] ?? run),
  );
}

/** Makes the limits of a run count from where its start was moved to. */
function resetLimits(draft: Draft, run: OpenRun, before: OpenRun): OpenRun {
  const { outlierAt } = before;
  return {
    ...run,
    deadlineAt: run.overlong ? run.deadlineAt : runDeadline(draft, run),
    ...(outlierAt !== undefined && { outlierAt: run.startedAt + (outlierAt - before.startedAt) }),
  };
}

/** Clamps every instant in it, whatever its field, so that a field added later cannot be forgotten. */
function clampInstants(memory: Memory, at: Instant): Memory {
  return JSON.parse(JSON.stringify(memory), (_, value: unknown) =>
    typeof value === "number" && value >= INSTANT_MIN ? Math.min(value, at) : value,
  );
}

function earlier(one: Instant, other: Instant | null): Instant {
  return other === null ? one : Math.min(one, other);
}
