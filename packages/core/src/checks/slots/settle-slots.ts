/** Rules 5, 12, 14, 16 to 19, 42, 43, 45 and 46: which slot a ping or a run is for, and what became of it. */

import {
  everyMs,
  hasWindows,
  type Instant,
  isCountedFromStart,
  nextAfter,
  SECOND_MS,
} from "@overdue/schedules";
import { isInMaintenance, isInOutage, slotDeadline } from "../deadlines/postpone-deadlines.ts";
import type { Draft } from "../draft.ts";
import type { Slot } from "../event.ts";
import type { Memory, OpenRun, Outage, SlotSpan } from "../memory.ts";
import type { CheckSettings } from "../settings.ts";
import { isWaiting, makeUp, shareSlots, takeShared } from "./made-up.ts";
import {
  firstWindow,
  placeOrAhead,
  meetBegun,
  meetPassedByRunBefore,
  notePlace,
  settleNamed,
  slotOfWindow,
} from "./named-slots.ts";
import { type Arrival, arrivalOf, earlyMs, metBy, metSlot } from "./slot-outcome.ts";
import { nameLastSlot, NO_SLOT, reviseLastSlot, writeSlot } from "./write-slots.ts";

/** How many slots one fold writes; the next folds write the rest. */
export const SLOTS_PER_FOLD = 1000;
const SPANS_MAX = 4;

/**
 * Settles every slot due up to this ping. If there is none, settles the next slot if the ping is within its early margin.
 * An interval starts anew at each ping. Returns whether a slot was settled.
 */
export function settleSlots(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const firstAt = memory.slotAt;
  const isFixed = everyMs(settings.schedule) === null;
  const isOwn = settleOwn(draft, coming);
  if (isOwn !== null) return isOwn;
  if (isFixed) meetByRunBefore(draft, coming);
  // A run that waited for the end of another is not early for the next slot.
  const isQueued = coming.isBackToBack === true;
  // The start of a run that another receiver stored late begins no interval anew: a later ping has done that.
  const isOlderThanLast = firstAt !== null && memory.lastSlot !== null && coming.at < memory.lastSlot.at;
  if (isQueued && firstAt !== null && firstAt <= coming.at) takeShared(draft, coming);
  const isBegun = firstAt === null ? beginSlots(draft, coming) : settleDue(draft, coming);
  // A ping for a slot that was due does not count for the next one too, nor does the ping that windows are counted from.
  const isFirst = firstAt === null && hasWindows(settings.schedule);
  const isAhead = !isBegun && !isQueued && !isFirst && takeEarly(draft, coming);
  if (!isFixed && !isOlderThanLast)
    memory.slotAt = nextAfter(settings.schedule, countsFrom(draft, coming, firstAt));
  if (isBegun || isAhead) nameLastSlot(memory, firstAt ?? NO_SLOT);
  return isBegun || isAhead;
}

/**
 * Settles only the run's own slot, if its ping or a window tells which that is. Returns whether it was settled; null if
 * neither tells.
 */
function settleOwn(draft: Draft, coming: Arrival): boolean | null {
  const { memory } = draft;
  const firstAt = memory.slotAt;
  if (firstAt === null) return null;
  if (coming.namedAt === undefined && coming.good) meetBegun(draft, coming);
  const windowAt = coming.namedAt === undefined ? slotOfWindow(draft, coming) : undefined;
  const ownAt = coming.namedAt ?? windowAt;
  if (ownAt === undefined) return meetPassedByRunBefore(draft, coming) ? true : null;
  const isSettled = settleNamed(draft, coming, ownAt);
  if (isSettled === true && windowAt !== undefined) nameLastSlot(memory, firstAt);
  if (windowAt !== undefined && isSettled === true && coming.good)
    notePlace(memory, coming.arrivedAt, coming.arrivedAt - windowAt);
  return isSettled;
}

/** An interval counts from the ping; where its scheduler does, and with `@every 90m`, from the start of its run where that was heard. */
function countsFrom(
  { memory, settings }: Draft,
  { at, arrivedAt }: Arrival,
  firstAt: Instant | null,
): Instant {
  const { schedule } = settings;
  if (!isCountedFromStart(schedule)) return at;
  // The end of an older run does not bring the next slot forward.
  const countedFrom = firstAt === null ? arrivedAt : firstAt - (everyMs(schedule) ?? 0);
  return Math.max(arrivedAt, countedFrom, memory.lastSlot === null ? arrivedAt : arrivalOf(memory.lastSlot));
}

/**
 * Lets an end that arrives after a later one still meet the next slot of a fixed schedule, if it is within the early
 * margin; the later one may not have been.
 */
export function meetAhead(draft: Draft, coming: Arrival): void {
  const { memory, settings } = draft;
  const { slotAt, passed } = memory;
  if (everyMs(settings.schedule) !== null || slotAt === null) return;
  const { namedAt } = coming;
  if (namedAt !== undefined && passed?.includes(namedAt) === true) {
    settleNamed(draft, coming, namedAt);
    return;
  }
  if (takeEarly(draft, coming)) nameLastSlot(memory, slotAt);
}

/** Fails the slots that are due because a run exceeded its limit, as a fail would. Returns whether a slot was settled. */
export function failDue(draft: Draft, coming: Arrival): boolean {
  const { memory } = draft;
  const firstAt = memory.slotAt;
  const isOwn = settleOwn(draft, coming);
  if (isOwn !== null) return isOwn;
  const settled = firstAt === null ? beginSlots(draft, coming) : settleDue(draft, coming);
  if (settled) nameLastSlot(memory, firstAt ?? NO_SLOT);
  return settled;
}

/** Settles every slot that is due by now, and moves on to the next. Returns whether any was due. */
function settleDue(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const firstAt = memory.slotAt;
  // Windows are settled by runs that begin in them.
  if (hasWindows(settings.schedule)) return false;
  const due: Instant[] = [];
  const waiting: Instant[] = [];
  for (let count = 0; memory.slotAt !== null && memory.slotAt <= coming.at; count += 1) {
    // Passed deadlines have been evaluated already, unless there were too many for one fold.
    if (count === SLOTS_PER_FOLD || slotDeadline(settings, memory.outages, memory.slotAt) < coming.at) {
      addToBacklog(draft, coming);
      break;
    }
    const dueAt = memory.slotAt;
    const slot = { dueAt, isFirst: dueAt === firstAt, isWaiting: isWaiting(draft, dueAt, coming) };
    writeSlot(draft, metBy(settings, coming, slot));
    due.push(dueAt);
    if (slot.isWaiting) waiting.push(dueAt);
    memory.slotAt = nextAfter(settings.schedule, dueAt);
  }
  if (coming.good && due.length > 0) shareSlots(draft, { due, waiting }, coming);
  return memory.slotAt !== firstAt;
}

/**
 * Lets the run before meet the slot whose deadline passes now, if it was early for that slot and the open run began as
 * early for the slot after it (rule 16). Returns whether it did.
 */
export function meetByOpenRun(draft: Draft, dueAt: Instant): boolean {
  const { memory, settings } = draft;
  const next = memory.openRuns.find(
    ({ overlong, uncertain, startedAt }) => !overlong && uncertain === undefined && startedAt > dueAt,
  );
  if (next === undefined || everyMs(settings.schedule) !== null) return false;
  meetByRunBefore(draft, { at: next.startedAt, arrivedAt: next.startedAt, good: true, runId: next.id });
  return memory.slotAt !== dueAt;
}

/** Writes the slot that no ping settled by its deadline. Returns it: missed, or excluded. */
export function missSlot(draft: Draft, dueAt: Instant): Slot {
  const { memory, settings } = draft;
  const unmet = unmetSlot(settings, memory.outages, dueAt);
  const isSkipped = unmet.outcome === "missed" && runBefore(memory, dueAt) !== undefined;
  const slot: Slot = isSkipped ? { ...unmet, because: "overlap" } : unmet;
  writeSlot(draft, slot);
  memory.slotAt = nextAfter(settings.schedule, dueAt);
  return slot;
}

/** The run that began before this slot and is still open within its limit: the scheduler may skip the slot because of it. */
export function runBefore({ openRuns }: Memory, dueAt: Instant): OpenRun | undefined {
  return openRuns.find(
    ({ overlong, uncertain, startedAt }) => !overlong && uncertain === undefined && startedAt < dueAt,
  );
}

/** A slot that no ping settled by its deadline. */
export function unmetSlot(settings: CheckSettings, outages: readonly Outage[], dueAt: Instant): Slot {
  const slot = { dueAt, at: slotDeadline(settings, outages, dueAt), lateMs: null, runId: null };
  if (isInOutage(outages, dueAt)) return { ...slot, outcome: "excluded" };
  if (isInMaintenance(settings, dueAt)) return { ...slot, outcome: "excluded", because: "maintenance" };
  return { ...slot, outcome: "missed" };
}

/**
 * Counts a run that no slot waits for. If the slot settled last was met, the run counts for a missed slot without a run, or
 * for a shared one; otherwise it belongs to the slot settled last. Returns the slot that it was counted for.
 */
export function countForPast(draft: Draft, coming: Arrival): Slot | null {
  const { lastSlot } = draft.memory;
  const { good, namedAt } = coming;
  const isNamed = namedAt !== undefined;
  const isMet = lastSlot === null || (lastSlot.outcome !== "failed" && lastSlot.lateMs !== null);
  const madeUp = good && (isMet || isNamed) ? makeUp(draft, coming) : null;
  const shared = madeUp === null && good && isMet && !isNamed ? takeShared(draft, coming) : null;
  // A run that names another slot changes nothing about the last one.
  const isOfLast = !isNamed || namedAt === lastSlot?.dueAt;
  if (madeUp === null && shared === null && isOfLast) reviseLastSlot(draft, coming);
  return madeUp ?? shared ?? draft.memory.lastSlot;
}

/** A check that waited for no slot starts to. Returns whether this ping is a slot itself, as with an interval. */
function beginSlots(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const { schedule } = settings;
  // Wait for the window after the one in which the last run began, even if that run has ended within it.
  const begunAt = Math.max(coming.arrivedAt, ...memory.openRuns.map(({ startedAt }) => startedAt));
  memory.slotAt = hasWindows(schedule)
    ? firstWindow(draft, Math.min(begunAt, coming.at), coming.at)
    : nextAfter(schedule, coming.at);
  if (hasWindows(schedule)) notePlace(memory, begunAt, placeOrAhead(schedule, begunAt));
  if (everyMs(schedule) === null) return false;
  writeSlot(draft, movedTo(settings, coming));
  return true;
}

/** Counts a ping within the early margin for the next slot; the slot of an interval moves to the ping. */
function takeEarly(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const { slotAt, lastSlot } = memory;
  if (slotAt === null || !isNear(settings, { last: lastSlot, slotAt }, coming)) return false;
  if (everyMs(settings.schedule) !== null) writeSlot(draft, movedTo(settings, coming));
  else writeSlot(draft, metSlot(settings, slotAt, coming));
  if (hasWindows(settings.schedule) && coming.good) notePlace(memory, coming.arrivedAt, 0);
  memory.slotAt = nextAfter(settings.schedule, slotAt);
  return true;
}

/**
 * If the run before, counted late for its slot, began as near to the slot that is waited for as this run does to the next,
 * then each was early for its own slot, and the slot before them was left out. Moves the run before to the waiting slot.
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

/** The slot of an interval has no time of its own: it is due when it is met. */
function movedTo(settings: CheckSettings, coming: Arrival): Slot {
  const dueAt = isCountedFromStart(settings.schedule) ? coming.arrivedAt : coming.at;
  return metSlot(settings, dueAt, { ...coming, arrivedAt: dueAt });
}

type Ahead = { last: Slot | null; slotAt: Instant };

/** Whether a run counts as early for a slot. One that began long before does only if its end is within the set margin. */
function isNear(
  settings: CheckSettings,
  { last, slotAt }: Ahead,
  { at, arrivedAt: begunAt }: Arrival,
): boolean {
  const marginMs = earlyMs(settings, last, slotAt);
  if (!isCountedFromStart(settings.schedule)) return at >= slotAt - marginMs;
  if (begunAt >= slotAt - marginMs) return true;
  if (everyMs(settings.schedule) !== null || hasWindows(settings.schedule)) return false;
  return slotAt - at <= Math.min(marginMs, settings.earlyMarginSeconds * SECOND_MS);
}

function addToBacklog({ memory, settings }: Draft, { at, arrivedAt, good, runId }: Arrival): void {
  const { schedule } = settings;
  if (memory.slotAt === null) return;
  const span = { schedule, from: memory.slotAt, through: at, at, arrivedAt, good, runId };
  memory.backlog = [...memory.backlog, span].slice(-SPANS_MAX);
  memory.lastSlot = null;
  memory.slotAt = nextAfter(schedule, at);
}

/** Writes slots that an earlier fold left in the backlog. Returns how many. */
export function writeBacklog(draft: Draft): number {
  let written = 0;
  while (written < SLOTS_PER_FOLD) {
    const [span, ...rest] = draft.memory.backlog;
    if (span === undefined) break;
    draft.effects.push({ kind: "slot", slot: firstSlot(draft, span) });
    const from = nextAfter(span.schedule, span.from);
    draft.memory.backlog = from === null || from > span.through ? rest : [{ ...span, from }, ...rest];
    written += 1;
  }
  return written;
}

function firstSlot({ settings, memory }: Draft, span: SlotSpan): Slot {
  const dueAt: Instant = span.from;
  const deadlineAt = slotDeadline(settings, memory.outages, dueAt);
  if (deadlineAt > span.at)
    return metSlot(settings, dueAt, { ...span, arrivedAt: Math.max(span.arrivedAt, dueAt) });
  return unmetSlot(settings, memory.outages, dueAt);
}
