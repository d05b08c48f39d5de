/** Rules 42 and 46: the one slot that a ping names, or in whose window its run began, and the slots that it passes over. */

import {
  DAY_MS,
  hasWindows,
  HOUR_MS,
  type Instant,
  nextAfter,
  type Schedule,
  SECOND_MS,
} from "@overdue/schedules";
import { type Draft, rewriteSlot } from "../draft.ts";
import { slotDeadline } from "../deadlines/postpone-deadlines.ts";
import type { Slot } from "../event.ts";
import type { Memory } from "../memory.ts";
import { rememberUnmet } from "./made-up.ts";
import { noteVerdict } from "../state/tolerance.ts";
import { type Arrival, arrivalOf, isBad, metSlot } from "./slot-outcome.ts";
import { isExcused, nameLastSlot, NO_SLOT, writeSlot } from "./write-slots.ts";

const PASSED_MAX = 64;
/** The clock of a host may be ahead by this much, so that its run begins before its window. */
const AHEAD_MS = 10 * SECOND_MS;
const YEAR_MS = 366 * DAY_MS;
const NONE: readonly Instant[] = [];

/**
 * Settles the slot that a ping names, and no other: those before it wait for their own runs until their deadlines.
 * Returns whether it was settled; null if more slots would have to wait than can be remembered.
 */
export function settleNamed(draft: Draft, coming: Arrival, namedAt: Instant): boolean | null {
  const { memory, settings } = draft;
  const { schedule } = settings;
  const passed = memory.passed ?? NONE;
  if (passed.includes(namedAt)) {
    writePassed(draft, metSlot(settings, namedAt, coming));
    return true;
  }
  let slotAt = memory.slotAt;
  if (slotAt === null || namedAt < slotAt) return false;
  const waiting: Instant[] = [...passed];
  for (; slotAt !== null && slotAt < namedAt; slotAt = nextAfter(schedule, slotAt)) {
    waiting.push(slotAt);
    if (waiting.length > PASSED_MAX) return null;
  }
  if (waiting.length > 0) memory.passed = waiting;
  const before = memory.slotAt;
  writeSlot(draft, metSlot(settings, namedAt, coming));
  memory.slotAt = nextAfter(schedule, namedAt);
  nameLastSlot(memory, before ?? NO_SLOT);
  return true;
}

/**
 * The slot in whose window a run began, if the scheduler draws the times. Of several windows it is the one in which the run
 * began nearest to the last run's place in its window, since most schedulers draw once; without a last run it is the slot
 * that waits. Undefined for other schedules, and ahead of the window.
 */
export function slotOfWindow(draft: Draft, { arrivedAt }: Arrival): Instant | undefined {
  const { memory, settings } = draft;
  const { schedule } = settings;
  if (!hasWindows(schedule) || memory.slotAt === null || memory.slotAt > arrivedAt) return undefined;
  const { drawnMs } = memory;
  if (drawnMs === undefined) return memory.slotAt;
  const distance = (dueAt: Instant) => Math.abs(arrivedAt - dueAt - drawnMs);
  let nearest = memory.slotAt;
  let dueAt: Instant | null = memory.slotAt;
  for (let count = 0; dueAt !== null && dueAt <= arrivedAt + AHEAD_MS && count < PASSED_MAX; count += 1) {
    if (distance(dueAt) <= distance(nearest)) nearest = dueAt;
    dueAt = nextAfter(schedule, dueAt);
  }
  return nearest;
}

/**
 * Lets the first run, while the place of runs in their windows is unknown, settle every window before its own. If it counted
 * only for the first of them, all later runs would be a window behind.
 */
export function meetBegun(draft: Draft, coming: Arrival): void {
  const { memory, settings } = draft;
  const { schedule } = settings;
  if (!hasWindows(schedule) || memory.drawnMs !== undefined) return;
  for (let count = 0; memory.slotAt !== null && count < PASSED_MAX; count += 1) {
    const nextAt = nextAfter(schedule, memory.slotAt);
    if (nextAt === null || nextAt > coming.arrivedAt) return;
    writeSlot(draft, metSlot(settings, memory.slotAt, coming));
    memory.slotAt = nextAt;
  }
}

/**
 * Handles a second run in a window: the first one was late for the window before, whose slot still waits, and this is the
 * window's own run. Returns whether that was so.
 */
export function meetPassedByRunBefore(draft: Draft, coming: Arrival): boolean {
  const { memory, settings } = draft;
  const { lastSlot: last, passed } = memory;
  if (!hasWindows(settings.schedule) || !coming.good || memory.slotAt === null) return false;
  notePlace(memory, coming.arrivedAt, placeInWindow(settings.schedule, coming.arrivedAt));
  const passedAt = passed?.at(-1);
  if (passedAt === undefined || last === null || coming.arrivedAt <= arrivalOf(last)) return false;
  if (passedAt > last.dueAt || last.lateMs === null || last.outcome === "failed") return false;
  const before = { at: last.at, arrivedAt: last.dueAt + last.lateMs, good: true, runId: last.runId };
  const own = metSlot(settings, passedAt, before);
  writePassed(draft, own);
  memory.openRuns = memory.openRuns.map((run) =>
    run.slot?.dueAt === last.dueAt ? { ...run, slot: own } : run,
  );
  memory.lastSlot = metSlot(settings, last.dueAt, coming);
  rewriteSlot(draft, memory.lastSlot);
  return true;
}

/** Notes how many milliseconds after the begin of its window a run began, unless a later run has said so before. */
export function notePlace(memory: Memory, begunAt: Instant, placeMs: number): void {
  if (memory.drawnFrom !== undefined && begunAt < memory.drawnFrom) return;
  memory.drawnMs = placeMs;
  memory.drawnFrom = begunAt;
}

/**
 * The first window to wait for after the one in which the last run began: none that began before a pause, whose run may have
 * come before it, and none whose deadline has passed while nobody waited.
 */
export function firstWindow({ settings, memory }: Draft, begunAt: Instant, now: Instant): Instant | null {
  const { schedule } = settings;
  let dueAt = nextAfter(schedule, Math.max(begunAt + AHEAD_MS, memory.clearedAt ?? -Infinity));
  for (let count = 0; dueAt !== null && slotDeadline(settings, memory.outages, dueAt) < now; count += 1)
    dueAt = nextAfter(schedule, count < PASSED_MAX ? dueAt : now);
  return dueAt;
}

/** How many milliseconds after the begin of its window this instant is; 0 before the first window of all. */
function placeInWindow(schedule: Schedule, at: Instant): number {
  let begin: Instant | null = null;
  // Windows are irregular, as with days of the week, so the last one is looked for further and further back.
  for (let backMs = HOUR_MS; begin === null && backMs < 2 * YEAR_MS; backMs *= 4) {
    const next = nextAfter(schedule, at - backMs);
    if (next !== null && next <= at) begin = next;
  }
  for (let next = begin; next !== null && next <= at; next = nextAfter(schedule, next)) begin = next;
  return begin === null ? 0 : at - begin;
}

/** The same where a run that begins up to 10 s ahead of a window belongs to it, at its begin. */
export function placeOrAhead(schedule: Schedule, at: Instant): number {
  return Math.max(0, placeInWindow(schedule, at + AHEAD_MS) - AHEAD_MS);
}

/** Writes the outcome of a slot that was passed over. It does not become the last slot: a later one was settled before. */
export function writePassed(draft: Draft, slot: Slot): void {
  const { memory } = draft;
  const others = memory.passed?.filter((dueAt) => dueAt !== slot.dueAt) ?? NONE;
  if (others.length === 0) delete memory.passed;
  else memory.passed = others;
  draft.effects.push({ kind: "slot", slot });
  if (slot.outcome === "missed") rememberUnmet(draft, slot);
  if (!isExcused(draft, slot)) noteVerdict(draft, { dueAt: slot.dueAt, bad: isBad(slot) });
}
