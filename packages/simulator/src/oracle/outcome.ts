import { everyMs, type Instant, windowMs } from "@overdue/schedules";
import type { Slot } from "@overdue/core";
import { MINUTE, SECOND } from "../history/history.ts";
import type { Book } from "./book.ts";

/** A ping that settles slots: when it came, when its run began, and whether it was good. */
export type Arrival = { at: Instant; begunAt: Instant; good: boolean; runId: string; isOverlong?: true };

/** Rule 15: a slot, met by what came. */
export function met(book: Book, dueAt: Instant, { at, begunAt, good, runId }: Arrival): Slot {
  const { schedule, jitterSeconds, graceSeconds } = book.settings;
  const isInterval = everyMs(schedule) !== null;
  const moved = isInterval && (book.slotAt === null || dueAt < book.slotAt);
  const lateMs = moved && book.last?.dueAt !== dueAt ? 0 : begunAt - dueAt;
  const onTimeMs = jitterSeconds * SECOND + Math.min(graceSeconds * 100, MINUTE);
  const allowedMs = onTimeMs + windowMs(schedule, dueAt);
  const early = lateMs < 0 && !isInterval;
  const kept = early ? "early" : lateMs <= allowedMs ? "on-time" : "late";
  return { dueAt, outcome: good ? kept : "failed", at, lateMs, runId };
}

/** When the run of a slot began, where that was after it was due; else its time. */
export function arrivalOf({ dueAt, lateMs }: Slot): Instant {
  return dueAt + Math.max(0, lateMs ?? 0);
}
