import { nextAfter, type Instant, type Slot } from "../../src/index.ts";
import { MINUTE, SECOND } from "../history/history.ts";
import { following, put, type Book } from "./book.ts";

/** Something that came: when, when its run began, and whether it was good. */
export type Came = { at: Instant; begunAt: Instant; good: boolean; runId: string; isOverlong?: true };

/** Rules 14 to 17: every slot that is due is met or failed; with none due, the last word is on the last one. */
export function settle(book: Book, came: Came): void {
  const first = firstMet(book, came.at);
  if (first === null) return book.last === null ? undefined : lastWord(book, book.last, came);
  if (book.slotAt !== null) book.turn += 1;
  const isMet = (dueAt: Instant) =>
    dueAt === first || dueAt <= came.at || (!came.isOverlong && isNear(book, dueAt, came.at));
  for (let dueAt: Instant | null = first; dueAt !== null && isMet(dueAt);) {
    const begunAt = dueAt === first || dueAt <= came.begunAt ? came.begunAt : came.at;
    book.last = met(book, dueAt, { ...came, begunAt });
    put(book, book.last);
    dueAt = following(book, dueAt);
    book.slotAt = dueAt;
  }
}

/** The slot that something is the first to meet: one that is due, or the next one if that is near. */
export function firstMet(book: Book, at: Instant): Instant | null {
  const { slotAt } = book;
  const { schedule } = book.settings;
  if (schedule.kind === "interval") return nearOfInterval(book, schedule.everySeconds * SECOND, at);
  const next = slotAt ?? nextAfter(schedule, at);
  if (next === null || at >= next) return next;
  return isNear(book, next, at) ? next : null;
}

/** Rule 16, of a slot of a fixed schedule that is not yet due. */
function isNear({ settings, last }: Book, next: Instant, at: Instant): boolean {
  if (settings.schedule.kind === "interval") return false;
  const near = next - at <= settings.earlyMarginSeconds * SECOND;
  return near && (last === null || next - at <= at - last.dueAt);
}

/** Rule 16: from half-way on the slot moves to what came. */
function nearOfInterval({ slotAt, last }: Book, everyMs: number, at: Instant): Instant | null {
  if (slotAt === null) return at;
  if (at >= slotAt) return slotAt;
  return last === null || at - last.dueAt >= everyMs / 2 ? at : null;
}

/** Rule 15. */
function met(book: Book, dueAt: Instant, { at, begunAt, good, runId }: Came): Slot {
  const { schedule, jitterSeconds, graceSeconds } = book.settings;
  const moved = schedule.kind === "interval" && (book.slotAt === null || dueAt < book.slotAt);
  const lateMs = moved && book.last?.dueAt !== dueAt ? 0 : begunAt - dueAt;
  const allowedMs = jitterSeconds * SECOND + Math.min(graceSeconds * 100, MINUTE);
  const early = lateMs < 0 && schedule.kind !== "interval";
  const kept = early ? "early" : lateMs <= allowedMs ? "on-time" : "late";
  return { dueAt, outcome: good ? kept : "failed", at, lateMs, runId };
}

/** Rule 17. */
export function lastWord(book: Book, slot: Slot, came: Came): void {
  if (book.final.has(slot.dueAt)) return;
  const missed = slot.outcome === "missed" || slot.outcome === "not-judged";
  const { lateMs, runId } = slot;
  if (missed)
    comment(book, { ...slot, lateMs: lateMs ?? came.begunAt - slot.dueAt, runId: runId ?? came.runId });
  else if (slot.outcome === "failed" && came.good) amend(book, met(book, slot.dueAt, came));
  else if (slot.outcome !== "failed" && !came.good)
    amend(book, { ...slot, outcome: "failed", at: came.at, runId: came.runId });
}

/** What became of it in the end, which counts for nothing any more. */
function comment(book: Book, slot: Slot): void {
  book.slots.set(slot.dueAt, slot);
  if (book.sinceUp.has(slot.dueAt)) book.sinceUp.set(slot.dueAt, slot);
  if (book.last?.dueAt === slot.dueAt) book.last = slot;
}

function amend(book: Book, slot: Slot): void {
  put(book, slot);
  if (book.last?.dueAt === slot.dueAt) book.last = slot;
}
