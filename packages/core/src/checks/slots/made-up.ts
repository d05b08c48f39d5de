/** Rules 17, 42 and 43: runs that a scheduler starts for earlier slots: made up, or queued behind another run. */

import { belatedRuns, everyMs, type Instant, nextAfter, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "../settings.ts";
import { type Draft, rewriteSlot } from "../draft.ts";
import type { Slot } from "../event.ts";
import type { Memory, Unmet } from "../memory.ts";
import { noteVerdict } from "../state/tolerance.ts";
import { type Arrival, earlyMs, isBad, metSlot } from "./slot-outcome.ts";

const REMEMBERED_MAX = 64;
const NOTHING_UNMET: Unmet = { slots: [], until: null };
/** A run that waited for another starts this soon after its end. Clocks, too, may differ by this much. */
const BACK_TO_BACK_MS = 10 * SECOND_MS;
/** Schedulers may hand on a due time that is not exact to the millisecond. */
const ROUNDED_MS = SECOND_MS;

/**
 * The slot that a ping names by the due time that its scheduler handed on; undefined if it names none. A time that is not
 * one of the schedule's, or lies ahead, names no slot: the ping then counts by when it came.
 */
export function slotNamedBy(
  { settings }: Draft,
  dueAt: Instant | undefined,
  at: Instant,
): Instant | undefined {
  const { schedule } = settings;
  if (dueAt === undefined || everyMs(schedule) !== null) return undefined;
  const slotAt = nextAfter(schedule, dueAt - ROUNDED_MS);
  return slotAt === null || slotAt >= dueAt + ROUNDED_MS || slotAt > at + BACK_TO_BACK_MS
    ? undefined
    : slotAt;
}

/** The missed slot that a run which begins at `at` may be made up for: the slot that it names, else the newest. */
export function findUnmet(
  { unmet }: Memory,
  at: Instant,
  namedAt?: Instant,
): Unmet["slots"][number] | undefined {
  if (namedAt !== undefined) return unmet?.slots.find(({ dueAt }) => dueAt === namedAt);
  return isMadeUpUntil(unmet, at) ? unmet?.slots.findLast(({ dueAt }) => dueAt <= at) : undefined;
}

function isMadeUpUntil(unmet: Unmet | undefined, at: Instant): boolean {
  return unmet !== undefined && (unmet.until === null || at <= unmet.until);
}

/** Counts a run for the newest missed slot that has no run yet. Returns the slot; null if there is none. */
export function makeUp(draft: Draft, { arrivedAt, runId, namedAt }: Arrival): Slot | null {
  const { memory } = draft;
  const missed = findUnmet(memory, arrivedAt, namedAt);
  if (missed === undefined) return null;
  const slot: Slot = { ...missed, outcome: "missed", lateMs: arrivedAt - missed.dueAt, runId };
  if (memory.lastSlot?.dueAt === slot.dueAt) memory.lastSlot = slot;
  rewriteSlot(draft, slot);
  forgetUnmet(memory, slot.dueAt);
  return slot;
}

/** Remembers missed slots. Once a slot is met again, made-up runs are expected for as long as slots had been missed. */
export function rememberUnmet({ memory, settings }: Draft, slot: Slot): void {
  if (slot.outcome !== "missed" && memory.unmet === undefined) return;
  const known = (isMadeUpUntil(memory.unmet, slot.at) && memory.unmet) || NOTHING_UNMET;
  const { dueAt, at, because } = slot;
  if (slot.outcome === "missed") {
    const missed = { dueAt, at, ...(because !== undefined && { because }) };
    memory.unmet = { slots: [...known.slots, missed].slice(-REMEMBERED_MAX), until: null };
    return;
  }
  const [oldest] = known.slots;
  if (oldest === undefined) delete memory.unmet;
  else memory.unmet = { ...known, until: known.until ?? madeUpUntil(settings, oldest.dueAt, at) };
}

export function forgetUnmet(memory: Memory, dueAt: Instant): void {
  if (memory.unmet === undefined) return;
  const slots = memory.unmet.slots.filter((slot) => slot.dueAt !== dueAt);
  if (slots.length === 0) delete memory.unmet;
  else memory.unmet = { ...memory.unmet, slots };
}

function madeUpUntil({ graceSeconds }: CheckSettings, oldestAt: Instant, at: Instant): Instant {
  return at + (at - oldestAt) + graceSeconds * SECOND_MS;
}

/**
 * Whether a slot came due while the run that settles it was still going on, and the scheduler may start the slot's own run
 * when that ends.
 */
export function isWaiting({ settings, memory }: Draft, dueAt: Instant, { arrivedAt }: Arrival): boolean {
  const { schedule } = settings;
  if (everyMs(schedule) !== null || arrivedAt >= dueAt || !belatedRuns(schedule).atTheEnd) return false;
  return arrivedAt < dueAt - Math.max(0, earlyMs(settings, memory.lastSlot, dueAt));
}

/**
 * Remembers, among the slots that one run has settled, those whose own run the scheduler may still start: those that waited
 * for its end, and those before its own slot, which is the last that was due when it began.
 */
export function shareSlots(
  { memory, settings }: Draft,
  { due, waiting }: { due: readonly Instant[]; waiting: readonly Instant[] },
  { at, arrivedAt }: Arrival,
): void {
  if (everyMs(settings.schedule) !== null) return;
  const { togetherWithinMs, atTheEnd } = belatedRuns(settings.schedule);
  const ownAt = due.findLast((dueAt) => dueAt <= arrivedAt) ?? due[0] ?? at;
  const shared = due.filter(
    (dueAt) => waiting.includes(dueAt) || (dueAt < ownAt && (atTheEnd || at - dueAt <= togetherWithinMs)),
  );
  const known = memory.shared !== undefined && at <= memory.shared.until ? memory.shared.slots : [];
  const slots = [...known, ...shared].slice(-REMEMBERED_MAX);
  const [oldest] = slots;
  if (shared.length > 0 && oldest !== undefined)
    memory.shared = { slots, until: madeUpUntil(settings, oldest, at) };
}

/** Whether a run that begins at `at` may be the own run of a slot that another run has settled. */
export function hasShared({ shared }: Memory, at: Instant): boolean {
  return shared !== undefined && at <= shared.until;
}

/** Whether a run began right at the end of the one before, for a slot that came due during that one. */
export function isBackToBack({ state, memory, settings }: Draft, begunAt: Instant): boolean {
  const sinceMs = begunAt - (state.lastPingAt ?? Infinity);
  const isAtOnce = sinceMs >= 0 && sinceMs <= BACK_TO_BACK_MS;
  return isAtOnce && hasShared(memory, begunAt) && belatedRuns(settings.schedule).atTheEnd;
}

/** Counts a run for the oldest slot that another run has settled. Returns the slot; null if there is none. */
export function takeShared(draft: Draft, coming: Arrival): Slot | null {
  const { memory, settings } = draft;
  const [dueAt] = hasShared(memory, coming.arrivedAt) ? (memory.shared?.slots ?? []) : [];
  if (dueAt === undefined) return null;
  forgetShared(memory, dueAt);
  const slot = metSlot(settings, dueAt, coming);
  if (memory.lastSlot?.dueAt === dueAt) memory.lastSlot = slot;
  rewriteSlot(draft, slot);
  noteVerdict(draft, { dueAt, bad: isBad(slot) });
  return slot;
}

/** Forgets a shared slot once it is bad or has its own run. */
export function forgetShared(memory: Memory, dueAt: Instant): void {
  if (memory.shared === undefined) return;
  const slots = memory.shared.slots.filter((shared) => shared !== dueAt);
  if (slots.length === 0) delete memory.shared;
  else memory.shared = { ...memory.shared, slots };
}
