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

/** What settles slots at `at`: a ping or a run. `arrivedAt` is the start of the run; `at` itself if none was received. */
export type Arrival = {
  at: Instant;
  arrivedAt: Instant;
  good: boolean;
  runId: string | null;
  /** The slot that the ping names (rule 42). */
  namedAt?: Instant;
  /** The run began right at the end of the one before (rule 43). */
  isBackToBack?: boolean;
};

/** The slot as it was met. On time is up to a tenth of the grace late, at most a minute, plus the allowed jitter. */
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

/** The slot as it was met by a run. Lateness counts from the start, but from the end for slots due while the run went on. */
export function metBy(
  settings: CheckSettings,
  coming: Arrival,
  slot: { dueAt: Instant; isFirst: boolean; isWaiting: boolean },
): Slot {
  const byStart = !slot.isWaiting && (slot.isFirst || coming.arrivedAt >= slot.dueAt);
  return metSlot(settings, slot.dueAt, byStart ? coming : { ...coming, arrivedAt: coming.at });
}

/**
 * How many milliseconds before its time the next slot can be met: the margin that is set, but at least a tenth of the time
 * since the slot before (at most a minute of that), because clocks are a little wrong; never more than half of that time.
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
  // With windows the half-way point lies between the same places of both, so it moves with the last run's place.
  const placeMs = hasWindows(schedule) ? Math.max(0, last.lateMs ?? 0) : 0;
  return Math.min(marginMs, gapMs / 2 - placeMs);
}

/** When the run of a slot began, if that was after the due time; else the due time. */
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
