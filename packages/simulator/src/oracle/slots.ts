import {
  belatedRuns,
  everyMs,
  hasWindows,
  type Instant,
  isCountedFromStart,
  nextAfter,
} from "@overdue/schedules";
import { type Slot } from "@overdue/core";
import { MINUTE, SECOND } from "../history/history.ts";
import { nextSlotAfter, putSlot, type Book } from "./book.ts";
import { type Arrival, arrivalOf, met } from "./outcome.ts";
import { beginWindows, noteEarlyRun, settleWindow } from "./windows.ts";

/** Rules 14 to 17: meets or fails every due slot; if none is due, the ping counts for an earlier one. */
export function settle(book: Book, came: Arrival): Slot | null {
  const isDrawn = hasWindows(book.settings.schedule);
  if (isDrawn && book.slotAt === null) {
    beginWindows(book, came);
    return countForPast(book, came);
  }
  if (isDrawn && settleWindow(book, came)) return book.last;
  meetByRunBefore(book, came);
  const queued = isBackToBack(book, came);
  const first = firstMet(book, came.at, came.begunAt);
  if (first === null || (queued && first > came.at)) return countForPast(book, came);
  if (queued) takeShared(book, came);
  if (book.slotAt !== null) book.turn += 1;
  const due: Due[] = [];
  // A slot that moves to what came is the only one; windows are settled one by one.
  const until = isDrawn || book.slotAt === null || first < book.slotAt ? first : came.at;
  for (let dueAt: Instant | null = first; dueAt !== null && (dueAt === first || dueAt <= until);) {
    const waits = dueAt <= came.at && isWaiting(book, dueAt, came);
    const begunAt = !waits && (dueAt === first || dueAt <= came.begunAt) ? came.begunAt : came.at;
    if (dueAt <= came.at) due.push({ dueAt, waits });
    book.last = met(book, dueAt, { ...came, begunAt });
    putSlot(book, book.last);
    dueAt = nextSlotAfter(book, dueAt);
    book.slotAt = dueAt;
  }
  if (isDrawn && first > came.begunAt) noteEarlyRun(book, came);
  if (came.good && !isDrawn) rememberShared(book, due, came);
  return book.last;
}

type Due = { dueAt: Instant; waits: boolean };

/** Rule 43: whether a slot came due during the run that settles it, so that its own run may start at the end of that. */
function isWaiting(book: Book, dueAt: Instant, { begunAt }: Arrival): boolean {
  const { settings } = book;
  if (everyMs(settings.schedule) !== null || !belatedRuns(settings.schedule).atTheEnd) return false;
  return begunAt < dueAt && !isNear(book, dueAt, { at: begunAt, begunAt });
}

/** Rule 43: remembers the slots whose own runs may still come, although this run has settled them. */
function rememberShared(book: Book, due: readonly Due[], { at, begunAt }: Arrival): void {
  if (everyMs(book.settings.schedule) !== null) return;
  const { atTheEnd, togetherWithinMs } = belatedRuns(book.settings.schedule);
  const own = due.findLast(({ dueAt }) => dueAt <= begunAt)?.dueAt ?? due[0]?.dueAt ?? at;
  const shared = due
    .filter(({ dueAt, waits }) => waits || (dueAt < own && (atTheEnd || at - dueAt <= togetherWithinMs)))
    .map(({ dueAt }) => dueAt);
  if (shared.length === 0) return;
  const dues = [...(at <= book.shared.until ? book.shared.dues : []), ...shared].slice(-64);
  const until = at + (at - (dues[0] ?? at)) + book.settings.graceSeconds * SECOND;
  book.shared = { dues, until };
}

/** Whether a run that begins at `at` may be the own run of a slot that another run has settled. */
export function hasShared({ shared }: Book, at: Instant): boolean {
  return shared.dues.length > 0 && at <= shared.until;
}

/** Rule 43: whether a run began right at the end of the run before, for a slot that came due during that. */
export function isBackToBack(
  book: Book,
  { begunAt, isOverlong }: Pick<Arrival, "begunAt" | "isOverlong">,
): boolean {
  const since = begunAt - (book.lastEndAt ?? Infinity);
  if (isOverlong || since < 0 || since > 10 * SECOND) return false;
  return hasShared(book, begunAt) && belatedRuns(book.settings.schedule).atTheEnd;
}

/** Rule 43: counts a run for the oldest slot that another run has settled; null if there is none. */
function takeShared(book: Book, came: Arrival): Slot | null {
  const [dueAt] = hasShared(book, came.begunAt) ? book.shared.dues : [];
  if (dueAt === undefined) return null;
  book.shared.dues = book.shared.dues.slice(1);
  const slot = met(book, dueAt, came);
  replaceSlot(book, slot);
  return slot;
}

/** Rule 16a: if two runs in a row each began just ahead of a slot, and the first was counted for the slot before, moves it on. */
export function meetByRunBefore(book: Book, came: Arrival): void {
  const { last, slotAt, settings } = book;
  if (everyMs(settings.schedule) !== null || came.isOverlong || slotAt === null || slotAt > came.at) return;
  if (last?.outcome !== "late" || last.lateMs === null) return;
  const begunAt = last.dueAt + last.lateMs;
  const next = nextSlotAfter(book, slotAt);
  if (
    begunAt >= slotAt ||
    next === null ||
    next <= came.at ||
    !isNear(book, slotAt, { at: last.at, begunAt })
  )
    return;
  const between = { ...book, last: { ...last, dueAt: slotAt } };
  if (!isNear(between, next, came)) return;
  book.last = met(book, slotAt, { at: last.at, begunAt, good: true, runId: last.runId ?? "" });
  putSlot(book, book.last);
  book.slotAt = next;
}

/** Rules 17 and 17a: counts a ping that settles no due slot for an earlier one. */
function countForPast(book: Book, came: Arrival): Slot | null {
  const { last } = book;
  const isMet = last === null || (last.outcome !== "failed" && last.lateMs !== null);
  const madeUp = came.good && isMet ? (makeUp(book, came) ?? takeShared(book, came)) : null;
  if (madeUp) return madeUp;
  if (last !== null) reviseSlot(book, last, came);
  return book.last;
}

/** Rule 17a: counts a run as made up for the newest missed slot that nothing came for; null if there is none. */
export function makeUp(book: Book, { begunAt, runId }: Arrival): Slot | null {
  const slot = findUnmet(book, begunAt);
  if (slot === undefined) return null;
  const madeUp = { ...slot, lateMs: begunAt - slot.dueAt, runId };
  noteOutcome(book, madeUp);
  return madeUp;
}

/** The newest missed slot that a run which begins at `at` may be made up for. */
export function findUnmet({ unmet }: Book, at: Instant): Slot | undefined {
  return at <= unmet.until ? unmet.slots.findLast(({ dueAt }) => dueAt <= at) : undefined;
}

/** The first slot that something meets: a due one, or the next if that is near; null: none. */
export function firstMet(book: Book, at: Instant, begunAt = at): Instant | null {
  const { slotAt } = book;
  const { schedule } = book.settings;
  const intervalMs = everyMs(schedule);
  if (intervalMs !== null) return nearOfInterval(book, intervalMs, { at, begunAt });
  const next = slotAt ?? nextAfter(schedule, at);
  const dueBy = hasWindows(schedule) ? begunAt : at;
  if (next === null || (slotAt !== null && dueBy >= next)) return next;
  return isNear(book, next, { at, begunAt }) ? next : null;
}

/** Rule 16, for a fixed schedule: whether a slot that is not yet due is near enough. */
function isNear(book: Book, next: Instant, { at, begunAt }: Pick<Arrival, "at" | "begunAt">): boolean {
  const { settings, last } = book;
  const gap = last === null ? (nextSlotAfter(book, next) ?? Infinity) - next : next - last.dueAt;
  const isDrawn = hasWindows(settings.schedule);
  // What is nearer to where in its window the last run began is not early for the next one.
  const half = last === null ? Infinity : gap / 2 - (isDrawn ? Math.max(0, last.lateMs ?? 0) : 0);
  const set = settings.earlyMarginSeconds * SECOND;
  if (!isDrawn && next - at <= Math.min(set, half)) return true;
  return next - begunAt <= Math.min(Math.max(set, Math.min(gap / 10, MINUTE)), half);
}

/** Rule 16, for an interval: from half-way on, the slot moves to what came. */
function nearOfInterval(
  { slotAt, last, settings }: Book,
  intervalMs: number,
  { at, begunAt }: Pick<Arrival, "at" | "begunAt">,
): Instant | null {
  const movesTo = isCountedFromStart(settings.schedule) ? begunAt : at;
  if (slotAt === null) return movesTo;
  if (at >= slotAt) return slotAt;
  return last === null || movesTo - arrivalOf(last) >= intervalMs / 2 ? movesTo : null;
}

/** Rule 17: changes the outcome of a slot that is already settled. */
export function reviseSlot(book: Book, slot: Slot, came: Arrival): void {
  if (book.final.has(slot.dueAt)) return;
  const missed = slot.outcome === "missed" || slot.outcome === "excluded";
  const { lateMs, runId } = slot;
  if (missed) {
    if (lateMs === null && came.begunAt >= slot.dueAt)
      noteOutcome(book, { ...slot, lateMs: came.begunAt - slot.dueAt, runId: came.runId ?? runId });
  } else if (slot.outcome === "failed" && came.good) replaceSlot(book, met(book, slot.dueAt, came));
  else if (slot.outcome !== "failed" && !came.good)
    replaceSlot(book, { ...slot, outcome: "failed", at: came.at, runId: came.runId });
}

/** Stores what became of a missed slot in the end; it decides nothing any more. */
function noteOutcome(book: Book, slot: Slot): void {
  book.slots.set(slot.dueAt, slot);
  if (book.sinceUp.has(slot.dueAt)) book.sinceUp.set(slot.dueAt, slot);
  if (book.last?.dueAt === slot.dueAt) book.last = slot;
  book.unmet.slots = book.unmet.slots.filter(({ dueAt }) => dueAt !== slot.dueAt);
}

/** Gives a slot another outcome, which counts as if it had been so from the first. */
function replaceSlot(book: Book, slot: Slot): void {
  if (slot.outcome === "failed") book.shared.dues = book.shared.dues.filter((dueAt) => dueAt !== slot.dueAt);
  putSlot(book, slot);
  if (book.last?.dueAt === slot.dueAt) book.last = slot;
}
