import { hasWindows, type Instant, nextAfter } from "@overdue/schedules";
import { DAY, SECOND } from "../history/history.ts";
import { type Book, deadlineOf, nextSlotAfter, putPassed, putSlot } from "./book.ts";
import { type Arrival, arrivalOf, met } from "./outcome.ts";

/** The clock of a host may be ahead, so that its run begins before its window. */
const AHEAD_MS = 10 * SECOND;
const WINDOWS_MAX = 64;
/** No window of the simulated lines is longer, nor are two further apart. */
const APART_MS = 8 * DAY;

/** Rule 46: a check that waits for none begins with the window after the one in which the last run began. */
export function beginWindows(book: Book, { at, begunAt }: Arrival): void {
  const starts = [...book.open].map(({ startedAt }) => startedAt ?? 0);
  const lastBegunAt = Math.min(at, Math.max(begunAt, ...starts));
  const after = Math.max(lastBegunAt + AHEAD_MS, book.clearedAt);
  book.slotAt = nextAfter(book.settings.schedule, after);
  while (book.slotAt !== null && deadlineOf(book, book.slotAt) < at)
    book.slotAt = nextSlotAfter(book, book.slotAt);
  notePlace(book, lastBegunAt, Math.max(0, placeAt(book, lastBegunAt + AHEAD_MS) - AHEAD_MS));
}

/** Rule 46: counts a run for the window in which it began. Returns whether there was one that waited. */
export function settleWindow(book: Book, came: Arrival): boolean {
  if (came.good) meetWindowsBefore(book, came);
  const dueAt = windowOf(book, came.begunAt);
  if (dueAt === null) return came.good && meetSecond(book, came);
  for (let before = book.slotAt; before !== null && before < dueAt; before = nextSlotAfter(book, before))
    book.passed.push(before);
  book.last = met(book, dueAt, came);
  putSlot(book, book.last);
  book.slotAt = nextSlotAfter(book, dueAt);
  if (came.good) notePlace(book, came.begunAt, came.begunAt - dueAt);
  return true;
}

/** While nobody knows where in its window a run begins, the first good one settles every window before its own. */
function meetWindowsBefore(book: Book, came: Arrival): void {
  if (book.place !== null) return;
  for (let count = 0; book.slotAt !== null && count < WINDOWS_MAX; count += 1) {
    const next = nextSlotAfter(book, book.slotAt);
    if (next === null || next > came.begunAt) return;
    book.last = met(book, book.slotAt, came);
    putSlot(book, book.last);
    book.slotAt = next;
  }
}

/** Of the windows that wait and have begun, the one in which a run would have begun at about the place of the last. */
function windowOf(book: Book, begunAt: Instant): Instant | null {
  const { slotAt, place } = book;
  if (slotAt === null || slotAt > begunAt) return null;
  if (place === null) return slotAt;
  const begun: Instant[] = [];
  for (let at: Instant | null = slotAt; at !== null && at <= begunAt + AHEAD_MS; at = nextSlotAfter(book, at))
    begun.push(at);
  const distance = (dueAt: Instant) => Math.abs(begunAt - dueAt - place.afterMs);
  return (
    begun.slice(0, WINDOWS_MAX).toSorted((one, other) => distance(one) - distance(other) || other - one)[0] ??
    null
  );
}

/** A second good run in a window is its own, and the first one was that of the window before, which still waits. */
function meetSecond(book: Book, came: Arrival): boolean {
  noteFurtherRun(book, came.begunAt);
  const { last } = book;
  const before = book.passed.at(-1);
  if (before === undefined || last === null || last.lateMs === null || last.outcome === "failed")
    return false;
  if (before > last.dueAt || came.begunAt <= arrivalOf(last)) return false;
  const first = { at: last.at, begunAt: last.dueAt + last.lateMs, good: true, runId: last.runId ?? "" };
  putPassed(book, met(book, before, first));
  for (const run of book.open) if (run.slotDueAt === last.dueAt) run.slotDueAt = before;
  book.last = met(book, last.dueAt, came);
  book.slots.set(last.dueAt, book.last);
  if (book.sinceUp.has(last.dueAt)) book.sinceUp.set(last.dueAt, book.last);
  return true;
}

/** Rules 16 and 46: a run that was early for its window begins, as far as its place goes, with it. */
export function noteEarlyRun(book: Book, { good, begunAt }: Arrival): void {
  if (good) notePlace(book, begunAt, 0);
}

/** A good run before the next window says where in a window runs begin. */
export function noteFurtherRun(book: Book, begunAt: Instant): void {
  if (hasWindows(book.settings.schedule)) notePlace(book, begunAt, placeAt(book, begunAt));
}

/** What the run that began last says of where in a window runs begin holds, whichever ends last. */
function notePlace(book: Book, at: Instant, afterMs: number): void {
  if (book.place === null || at >= book.place.at) book.place = { afterMs, at };
}

/** How long after the begin of a window this is. */
function placeAt({ settings }: Book, at: Instant): number {
  let begin: Instant | null = null;
  for (let due = nextAfter(settings.schedule, at - APART_MS); due !== null && due <= at;)
    due = nextAfter(settings.schedule, (begin = due));
  return begin === null ? 0 : at - begin;
}
