/** Rules 12, 14 and 16 to 19: which slot a ping or a run is for, and what became of it. */

import { type Instant, nextAfter, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "../settings.ts";
import { type Draft, rewriteSlot } from "../draft.ts";
import type { Slot } from "../event.ts";
import type { Memory, OpenRun, Outage, Unmet } from "../memory.ts";
import { isInMaintenance, isInOutage, slotDeadline } from "../deadlines/postpone-deadlines.ts";
import { arrivalOf, type Arrival, earlyMs, isBad, metBy, metSlot } from "./slot-outcome.ts";
import { noteVerdict } from "../state/tolerance.ts";

/** How many slots one fold writes; what is left is written by the next ones. */
export const SLOTS_PER_FOLD = 1000;
const SPANS_MAX = 4;
const UNMET_MAX = 64;
const NOTHING_UNMET: Unmet = { slots: [], until: null };
/** Names, where hosts and pings are counted by slots, the time before the first one. */
export const NO_SLOT: Instant = 0;

/**
 * Settles every slot due up to this ping, and the next one where the ping is early enough to count for it.
 * An interval begins anew at each ping. Returns whether a slot was settled.
 */
export function settleSlots(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const firstAt = memory.slotAt;
  const isFixed = settings.schedule.kind !== "interval";
  if (isFixed) meetByRunBefore(draft, coming);
  const isBegun = firstAt === null ? beginSlots(draft, coming) : settleDue(draft, coming);
  // A ping for a slot that was due is not one for the next slot too.
  const isAhead = !isBegun && takeEarly(draft, coming);
  if (!isFixed) memory.slotAt = nextAfter(settings.schedule, coming.at);
  if (isBegun || isAhead) nameLastSlot(memory, firstAt ?? NO_SLOT);
  return isBegun || isAhead;
}

/**
 * An end that a later one overtook on its way still meets the next slot of a fixed schedule, where it is early enough
 * for it; that later one may not have been.
 */
export function meetAhead(draft: Draft, coming: Arrival): void {
  const { memory, settings } = draft;
  const { slotAt } = memory;
  if (settings.schedule.kind === "interval" || slotAt === null) return;
  if (takeEarly(draft, coming)) nameLastSlot(memory, slotAt);
}

/** A run broke its limit: it fails what is due, as a fail would. Returns whether a slot was settled. */
export function failDue(draft: Draft, coming: Arrival): boolean {
  const { memory } = draft;
  const firstAt = memory.slotAt;
  const settled = firstAt === null ? beginSlots(draft, coming) : settleDue(draft, coming);
  if (settled) nameLastSlot(memory, firstAt ?? NO_SLOT);
  return settled;
}

/** Settles every slot that is due by now, and moves to the next. Returns whether there was one. */
function settleDue(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const firstAt = memory.slotAt;
  for (let count = 0; memory.slotAt !== null && memory.slotAt <= coming.at; count += 1) {
    // A deadline that passed was evaluated before, unless there were too many for one fold.
    if (count === SLOTS_PER_FOLD || slotDeadline(settings, memory.outages, memory.slotAt) < coming.at) {
      leaveForLater(draft, coming);
      break;
    }
    writeSlot(draft, metBy(settings, coming, { dueAt: memory.slotAt, isFirst: memory.slotAt === firstAt }));
    memory.slotAt = nextAfter(settings.schedule, memory.slotAt);
  }
  return memory.slotAt !== firstAt;
}

/**
 * Meets the slot whose deadline passes by the run before, where that run was early for it and the run that is open now
 * began as early for the slot after it (rule 16). Returns whether it did.
 */
export function meetByOpenRun(draft: Draft, dueAt: Instant): boolean {
  const { memory, settings } = draft;
  const next = memory.openRuns.find(
    ({ overlong, uncertain, startedAt }) => !overlong && uncertain === undefined && startedAt > dueAt,
  );
  if (next === undefined || settings.schedule.kind === "interval") return false;
  meetByRunBefore(draft, { at: next.startedAt, arrivedAt: next.startedAt, good: true, runId: next.id });
  return memory.slotAt !== dueAt;
}

/** Nothing came by the deadline of the next slot. Returns the slot: missed, or excluded. */
export function missSlot(draft: Draft, dueAt: Instant): Slot {
  const { memory, settings } = draft;
  const unmet = unmetSlot(settings, memory.outages, dueAt);
  const isSkipped = unmet.outcome === "missed" && runBefore(memory, dueAt) !== undefined;
  const slot: Slot = isSkipped ? { ...unmet, because: "overlap" } : unmet;
  writeSlot(draft, slot);
  memory.slotAt = nextAfter(settings.schedule, dueAt);
  return slot;
}

/** The run from before this slot that is still going, within its limit: a scheduler may skip the slot for it. */
export function runBefore({ openRuns }: Memory, dueAt: Instant): OpenRun | undefined {
  return openRuns.find(
    ({ overlong, uncertain, startedAt }) => !overlong && uncertain === undefined && startedAt < dueAt,
  );
}

/** A slot that nothing came for by its deadline. */
export function unmetSlot(settings: CheckSettings, outages: readonly Outage[], dueAt: Instant): Slot {
  const slot = { dueAt, at: slotDeadline(settings, outages, dueAt), lateMs: null, runId: null };
  if (isInOutage(outages, dueAt)) return { ...slot, outcome: "excluded" };
  if (isInMaintenance(settings, dueAt)) return { ...slot, outcome: "excluded", because: "maintenance" };
  return { ...slot, outcome: "missed" };
}

/**
 * A further ping before the next slot belongs to the slot settled last: its last word counts. A slot whose
 * deadline has passed stays missed, with how late it came in the end.
 */
export function reviseLastSlot(draft: Draft, coming: Arrival): void {
  const { memory } = draft;
  if (memory.lastSlot === null || memory.lastSlotFinal) return;
  const revised = revise(draft, memory.lastSlot, coming);
  if (revised === memory.lastSlot) return;
  replaceSlot(draft, memory.lastSlot, revised);
  if (memory.unmet !== undefined) forgetUnmet(memory, revised.dueAt);
}

/**
 * A run that no slot waits for: made up for a missed one that nothing came for yet, where the slot settled last
 * was met; else it belongs to that one. Returns the slot it was counted for.
 */
export function countForPast(draft: Draft, coming: Arrival): Slot | null {
  const { lastSlot } = draft.memory;
  const isMet = lastSlot === null || (lastSlot.outcome !== "failed" && lastSlot.lateMs !== null);
  const madeUp = coming.good && isMet ? makeUp(draft, coming) : null;
  if (madeUp === null) reviseLastSlot(draft, coming);
  return madeUp ?? draft.memory.lastSlot;
}

/** The newest missed slot that a run which begins now may be made up for. */
export function findUnmet({ unmet }: Memory, at: Instant): Unmet["slots"][number] | undefined {
  return isMadeUpUntil(unmet, at) ? unmet?.slots.findLast(({ dueAt }) => dueAt <= at) : undefined;
}

function isMadeUpUntil(unmet: Unmet | undefined, at: Instant): boolean {
  return unmet !== undefined && (unmet.until === null || at <= unmet.until);
}

/** Counts a run for the newest missed slot that nothing came for. Returns the slot; null where there is none. */
export function makeUp(draft: Draft, { arrivedAt, runId }: Arrival): Slot | null {
  const { memory } = draft;
  const missed = findUnmet(memory, arrivedAt);
  if (missed === undefined) return null;
  const slot: Slot = { ...missed, outcome: "missed", lateMs: arrivedAt - missed.dueAt, runId };
  if (memory.lastSlot?.dueAt === slot.dueAt) memory.lastSlot = slot;
  rewriteSlot(draft, slot);
  forgetUnmet(memory, slot.dueAt);
  return slot;
}

/** The slot that a run's start was counted for is failed by that run; what was decided against it before stays. */
export function failSlot(draft: Draft, slot: Slot, { at, runId }: { at: Instant; runId: string }): void {
  if (isBad(slot) || slot.outcome === "excluded") return;
  replaceSlot(draft, slot, { ...slot, outcome: "failed", at, runId });
}

/** Says something else of a slot that was written before. */
function replaceSlot(draft: Draft, before: Slot, slot: Slot): void {
  const { memory } = draft;
  if (memory.lastSlot?.dueAt === slot.dueAt) memory.lastSlot = slot;
  if (memory.openRuns.some((run) => run.slot?.dueAt === slot.dueAt))
    memory.openRuns = memory.openRuns.map((run) => (run.slot?.dueAt === slot.dueAt ? { ...run, slot } : run));
  rewriteSlot(draft, slot);
  // How late a missed slot came in the end says nothing about those since.
  if (slot.outcome !== before.outcome && !isExcused(draft, slot))
    noteVerdict(draft, { dueAt: slot.dueAt, bad: isBad(slot) });
}

/** A check that waited for no slot begins to. Returns whether this is a slot itself. */
function beginSlots(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const { schedule } = settings;
  memory.slotAt = nextAfter(schedule, coming.at);
  if (schedule.kind !== "interval") return false;
  writeSlot(draft, metSlot(settings, coming.at, { ...coming, arrivedAt: coming.at }));
  return true;
}

/** What was counted for the slot that was waited for was counted for the last one settled with it. */
function nameLastSlot(memory: Memory, slotAt: Instant): void {
  const { lastSlot, slotHost, burst } = memory;
  if (lastSlot === null) return;
  if (slotHost?.slotAt === slotAt) memory.slotHost = { ...slotHost, slotAt: lastSlot.dueAt };
  if (burst.slotAt === slotAt) memory.burst = { ...burst, slotAt: lastSlot.dueAt };
}

/** A ping ahead of its slot counts for it within the early margin; an interval's slot it moves to itself. */
function takeEarly(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const { slotAt, lastSlot } = memory;
  if (slotAt === null || !isNear(settings, { last: lastSlot, slotAt }, coming)) return false;
  if (settings.schedule.kind === "interval")
    writeSlot(draft, metSlot(settings, coming.at, { ...coming, arrivedAt: coming.at }));
  else writeSlot(draft, metSlot(settings, slotAt, coming));
  memory.slotAt = nextAfter(settings.schedule, slotAt);
  return true;
}

/**
 * The run that was counted for the slot before, late, began as near to the slot that is waited for as this one does
 * to the next: each is early for its own, and it was the one before them that was left out.
 */
function meetByRunBefore(draft: Draft, coming: Arrival): void {
  const { memory, settings } = draft;
  const { slotAt, lastSlot: last } = memory;
  if (last?.outcome !== "late" || slotAt === null || slotAt > coming.at) return;
  const before = { at: last.at, arrivedAt: arrivalOf(last), good: true, runId: last.runId };
  if (before.arrivedAt >= slotAt || !isNear(settings, { last, slotAt }, before)) return;
  const nextAt = nextAfter(settings.schedule, slotAt);
  const met = metSlot(settings, slotAt, before);
  if (nextAt === null || nextAt <= coming.at || !isNear(settings, { last: met, slotAt: nextAt }, coming))
    return;
  writeSlot(draft, met);
  memory.slotAt = nextAt;
}

type Ahead = { last: Slot | null; slotAt: Instant };

/** A run that began long before was not early for this slot, unless its end is within the margin that is set. */
function isNear(
  settings: CheckSettings,
  { last, slotAt }: Ahead,
  { at, arrivedAt: begunAt }: Arrival,
): boolean {
  const marginMs = earlyMs(settings, last, slotAt);
  if (settings.schedule.kind === "interval" || begunAt >= slotAt - marginMs) return at >= slotAt - marginMs;
  return slotAt - at <= Math.min(marginMs, settings.earlyMarginSeconds * SECOND_MS);
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

function writeSlot(draft: Draft, slot: Slot): void {
  draft.effects.push({ kind: "slot", slot });
  draft.memory.lastSlot = slot;
  draft.memory.lastSlotFinal = false;
  if (slot.outcome === "missed" || draft.memory.unmet !== undefined) rememberUnmet(draft, slot);
  if (!isExcused(draft, slot)) noteVerdict(draft, { dueAt: slot.dueAt, bad: isBad(slot) });
}

/** Runs are made up for missed slots for as long as those lasted, once a slot is met again. */
function rememberUnmet({ memory, settings }: Draft, slot: Slot): void {
  const known = (isMadeUpUntil(memory.unmet, slot.at) && memory.unmet) || NOTHING_UNMET;
  const { dueAt, at, because } = slot;
  if (slot.outcome === "missed") {
    const missed = { dueAt, at, ...(because !== undefined && { because }) };
    memory.unmet = { slots: [...known.slots, missed].slice(-UNMET_MAX), until: null };
    return;
  }
  const [oldest] = known.slots;
  if (oldest === undefined) delete memory.unmet;
  else
    memory.unmet = {
      ...known,
      until: known.until ?? at + (at - oldest.dueAt) + settings.graceSeconds * SECOND_MS,
    };
}

function forgetUnmet(memory: Memory, dueAt: Instant): void {
  if (memory.unmet === undefined) return;
  const slots = memory.unmet.slots.filter((slot) => slot.dueAt !== dueAt);
  if (slots.length === 0) delete memory.unmet;
  else memory.unmet = { ...memory.unmet, slots };
}

/** What fails in maintenance, like what nobody evaluates, is no verdict. */
function isExcused({ settings }: Draft, slot: Slot): boolean {
  return slot.outcome === "excluded" || (isBad(slot) && isInMaintenance(settings, slot.at));
}

function leaveForLater({ memory, settings }: Draft, { at, arrivedAt, good, runId }: Arrival): void {
  const { schedule } = settings;
  if (memory.slotAt === null) return;
  const span = { schedule, from: memory.slotAt, through: at, at, arrivedAt, good, runId };
  memory.backlog = [...memory.backlog, span].slice(-SPANS_MAX);
  memory.lastSlot = null;
  memory.slotAt = nextAfter(schedule, at);
}
