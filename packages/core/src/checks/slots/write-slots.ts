/** Rules 17, 24 and 41: writes slots, and rewrites those that were written before. */

import type { Instant } from "@overdue/schedules";
import { isInMaintenance } from "../deadlines/postpone-deadlines.ts";
import { type Draft, rewriteSlot } from "../draft.ts";
import type { Slot } from "../event.ts";
import type { Memory } from "../memory.ts";
import { noteVerdict } from "../state/tolerance.ts";
import { forgetShared, forgetUnmet, rememberUnmet } from "./made-up.ts";
import { type Arrival, isBad, metSlot } from "./slot-outcome.ts";

/** Stands for the time before the first slot where hosts and pings are counted by slots. */
export const NO_SLOT: Instant = 0;

/** Writes a slot that was settled or missed, which becomes the last slot. */
export function writeSlot(draft: Draft, slot: Slot): void {
  draft.effects.push({ kind: "slot", slot });
  draft.memory.lastSlot = slot;
  draft.memory.lastSlotFinal = false;
  rememberUnmet(draft, slot);
  if (!isExcused(draft, slot)) noteVerdict(draft, { dueAt: slot.dueAt, bad: isBad(slot) });
}

/** Moves what was counted for the awaited slot (its host, its pings) to the last of the slots settled together with it. */
export function nameLastSlot(memory: Memory, slotAt: Instant): void {
  const { lastSlot, slotHost, burst } = memory;
  if (lastSlot === null) return;
  if (slotHost?.slotAt === slotAt) memory.slotHost = { ...slotHost, slotAt: lastSlot.dueAt };
  if (burst.slotAt === slotAt) memory.burst = { ...burst, slotAt: lastSlot.dueAt };
}

/**
 * Revises the slot settled last by a further ping before the next slot: the newest outcome counts. A slot whose deadline
 * has passed stays missed, and records how late its run came in the end.
 */
export function reviseLastSlot(draft: Draft, coming: Arrival): void {
  const { memory } = draft;
  if (memory.lastSlot === null || memory.lastSlotFinal) return;
  const revised = revise(draft, memory.lastSlot, coming);
  if (revised === memory.lastSlot) return;
  replaceSlot(draft, memory.lastSlot, revised);
  if (memory.unmet !== undefined) forgetUnmet(memory, revised.dueAt);
}

/** Fails the slot that a run's start was counted for, unless it is bad or excluded already. */
export function failSlot(draft: Draft, slot: Slot, { at, runId }: { at: Instant; runId: string }): void {
  if (isBad(slot) || slot.outcome === "excluded") return;
  replaceSlot(draft, slot, { ...slot, outcome: "failed", at, runId });
}

/** Rewrites a slot that was written before. */
function replaceSlot(draft: Draft, before: Slot, slot: Slot): void {
  const { memory } = draft;
  if (memory.lastSlot?.dueAt === slot.dueAt) memory.lastSlot = slot;
  if (isBad(slot)) forgetShared(memory, slot.dueAt);
  if (memory.openRuns.some((run) => run.slot?.dueAt === slot.dueAt))
    memory.openRuns = memory.openRuns.map((run) => (run.slot?.dueAt === slot.dueAt ? { ...run, slot } : run));
  rewriteSlot(draft, slot);
  // If only the lateness of a missed slot changed, its verdict stays.
  if (slot.outcome !== before.outcome && !isExcused(draft, slot))
    noteVerdict(draft, { dueAt: slot.dueAt, bad: isBad(slot) });
}

function revise(draft: Draft, last: Slot, coming: Arrival): Slot {
  const met = metSlot(draft.settings, last.dueAt, coming);
  switch (last.outcome) {
    case "missed":
    case "excluded":
      if (coming.at < last.at) return met;
      if (last.lateMs !== null || coming.arrivedAt < last.dueAt) return last;
      return { ...last, lateMs: met.lateMs, runId: met.runId };
    case "failed":
      return coming.good ? met : last;
    case "on-time":
    case "early":
    case "late":
      return coming.good ? last : { ...last, outcome: "failed", at: coming.at, runId: coming.runId };
  }
}

/** Excluded slots, and those that are bad during maintenance, do not count for a tolerance. */
export function isExcused({ settings }: Draft, slot: Slot): boolean {
  return slot.outcome === "excluded" || (isBad(slot) && isInMaintenance(settings, slot.at));
}
