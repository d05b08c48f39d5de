/** Rule 29a: ends that came long after they happened, because the job's machine could not reach Overdue. */

import { SECOND_MS } from "@overdue/schedules";
import { slotDeadline } from "../deadlines/postpone-deadlines.ts";
import { type Draft, rewriteSlot } from "../draft.ts";
import type { OpenRun } from "../memory.ts";
import { forgetUnmet, makeUp } from "../slots/made-up.ts";
import { type Arrival, isBad, metSlot } from "../slots/slot-outcome.ts";
import { isExcused } from "../slots/write-slots.ts";
import { applySuccess, noteVerdict } from "../state/tolerance.ts";

/** A job may begin this much ahead of its time by our clock, which is not its own. */
const AHEAD_MS = 10 * SECOND_MS;

/**
 * Takes an end that is older than the last verdict for what it was: the missed slot that it was in time for is met, or
 * failed, after all; one that it was too late for learns how late. `run`: the run that it ends, as it was while it was open.
 */
export function applyLateDelivery(draft: Draft, coming: Arrival, run: OpenRun | null): void {
  if (coming.good && run !== null) mendOverlong(draft, coming, run);
  const { memory, settings } = draft;
  const missed = memory.unmet?.slots.findLast(({ dueAt }) => dueAt <= coming.arrivedAt + AHEAD_MS);
  if (missed === undefined) return;
  const { dueAt } = missed;
  if (coming.arrivedAt >= slotDeadline(settings, memory.outages, dueAt)) {
    if (coming.good) makeUp(draft, { ...coming, namedAt: dueAt });
    return;
  }
  const slot = metSlot(settings, dueAt, coming);
  if (memory.lastSlot?.dueAt === dueAt) memory.lastSlot = slot;
  rewriteSlot(draft, slot);
  forgetUnmet(memory, dueAt);
  if (!isExcused(draft, slot)) noteVerdict(draft, { dueAt, bad: isBad(slot) });
}

/** A run that was taken for overlong had ended in time: where nothing came since, the check goes up when it went down. */
function mendOverlong(draft: Draft, coming: Arrival, run: OpenRun): void {
  const { memory, settings } = draft;
  if (!run.overlong || coming.at >= run.deadlineAt) return;
  const { lastSlot } = memory;
  if (lastSlot?.outcome === "failed" && lastSlot.runId === run.id) {
    const slot = metSlot(settings, lastSlot.dueAt, coming);
    memory.lastSlot = slot;
    memory.lastSlotFinal = false;
    rewriteSlot(draft, slot);
    noteVerdict(draft, { dueAt: slot.dueAt, bad: false });
  }
  if (memory.verdictAt === run.deadlineAt) applySuccess(draft, run.deadlineAt);
}
