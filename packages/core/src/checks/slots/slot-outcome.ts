/** Rules 15, 16 and 46: on time, early or late. */

import {
  everyMs,
  hasWindows,
  type Instant,
  MINUTE_MS,
  nextAfter,
  SECOND_MS,
  windowMs,
} from "@overdue/schedules";
import type { CheckSettings } from "../settings.ts";
import type { Slot } from "../event.ts";

/** Something that settles slots at `at`; `arrivedAt` is the start of its run where that was heard. */
export type Arrival = {
  at: Instant;
  arrivedAt: Instant;
  good: boolean;
  runId: string | null;
  /** The slot that it names (rule 42). */
  namedAt?: Instant;
  /** It began right at the end of the run before (rule 43). */
  isBackToBack?: boolean;
};

/** How a slot was met: up to a tenth of the grace, at most a minute, is on time, beside the allowed jitter. */
export function metSlot(settings: CheckSettings, dueAt: Instant, coming: Arrival): Slot {
  const lateMs = coming.arrivedAt - dueAt;
  return {
    dueAt,
    outcome: outcomeOf(settings, coming.good, { dueAt, lateMs }),
    at: coming.at,
    lateMs,
    runId: coming.runId,
  };
}

/** The start counts for the first slot and for those due before it; those due while it ran waited for its end. */
export function metBy(
  settings: CheckSettings,
  coming: Arrival,
  slot: { dueAt: Instant; isFirst: boolean; isWaiting: boolean },
): Slot {
  const byStart = !slot.isWaiting && (slot.isFirst || coming.arrivedAt >= slot.dueAt);
  return metSlot(settings, slot.dueAt, byStart ? coming : { ...coming, arrivedAt: coming.at });
}

/**
 * How far ahead of its time the next slot can be met, never nearer to the slot before: by the margin that is set,
 * or by a tenth of the time since the slot before, at most a minute, because clocks are a little wrong.
 */
export function earlyMs(
  { schedule, earlyMarginSeconds }: CheckSettings,
  last: Slot | null,
  slotAt: Instant,
): number {
  const intervalMs = everyMs(schedule);
  if (intervalMs !== null) return last === null ? Infinity : slotAt - arrivalOf(last) - intervalMs / 2;
  const gapMs = last === null ? (nextAfter(schedule, slotAt) ?? Infinity) - slotAt : slotAt - last.dueAt;
  const marginMs = Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10));
  if (last === null) return marginMs;
  // In a window as far as in the last: what is nearer to the place in that is not early for the next.
  const placeMs = hasWindows(schedule) ? Math.max(0, last.lateMs ?? 0) : 0;
  return Math.min(marginMs, gapMs / 2 - placeMs);
}

/** When the run of a slot began, where that was after it was due; else its time. */
export function arrivalOf({ dueAt, lateMs }: Slot): Instant {
  return dueAt + Math.max(0, lateMs ?? 0);
}

/** Missed or failed. */
export function isBad(slot: Slot): boolean {
  return slot.outcome === "missed" || slot.outcome === "failed";
}

function outcomeOf(
  settings: CheckSettings,
  good: boolean,
  { dueAt, lateMs }: { dueAt: Instant; lateMs: number },
): Slot["outcome"] {
  if (!good) return "failed";
  const onTimeMs =
    Math.min(MINUTE_MS, settings.graceSeconds * (SECOND_MS / 10)) + settings.jitterSeconds * SECOND_MS;
  if (lateMs > onTimeMs && lateMs > onTimeMs + windowMs(settings.schedule, dueAt)) return "late";
  return lateMs < 0 && everyMs(settings.schedule) === null ? "early" : "on-time";
}
