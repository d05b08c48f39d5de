import { everyMs, type Instant, nextAfter, windowMs } from "@overdue/schedules";
import { type CheckSettings, type Reason, type Slot, type Status } from "@overdue/core";
import { SECOND, type Span } from "../history/history.ts";
import type { Verdict } from "./differences.ts";
import { isInMaintenance, postponeDeadline } from "./postpone.ts";
import type { KnownRun } from "./moments.ts";

/** What has been decided so far, while the moments of a history are read from the first. */
export type Book = {
  settings: CheckSettings;
  outages: readonly Span[];
  status: Status;
  flips: Verdict[];
  slots: Map<Instant, Slot>;
  /** The first slot that is not settled; null while none is waited for. */
  slotAt: Instant | null;
  last: Slot | null;
  /** Slots that an overlong run has failed for good. */
  final: Set<Instant>;
  lastEndAt: Instant | null;
  /** A start was received since the check was created or resumed. */
  isStarted: boolean;
  /** What an interval is counted from: the last end, or the last slot that nothing came for. */
  countsFrom: Instant;
  /** The slots since the check went up: what a tolerance counts. */
  sinceUp: Map<Instant, Slot>;
  goodInARow: number;
  /** Grows whenever the awaited slot is met or missed; slots met together are one turn. */
  turn: number;
  /** What counts towards "too often", and in which turn if it is counted by slots. */
  burst: { turn: number | null; at: Instant[] };
  /** The first host of a turn. */
  hosts: Map<number, string>;
  /** Runs that have started, and have neither ended nor become overlong. */
  open: Set<KnownRun>;
  /** Missed slots that nothing has come for since, and until when runs may be made up for them. */
  unmet: { slots: Slot[]; until: Instant };
  /** Slots that one run settled beside its own, and until when their own runs may come. */
  shared: { dues: Instant[]; until: Instant };
  /** How long after the begin of its window the last run began, and when that was; null while that is not known. */
  place: { afterMs: number; at: Instant } | null;
  /** Windows that wait for their own run, although a later one was met. Oldest first. */
  passed: Instant[];
  /** When the check was last paused or resumed: nothing from before counts any more. */
  clearedAt: Instant;
};

/** Rule 13: a slot's deadline. */
export function deadlineOf({ settings, outages }: Book, dueAt: Instant): Instant {
  const waitsMs = (settings.jitterSeconds + settings.graceSeconds) * SECOND;
  const until = dueAt + windowMs(settings.schedule, dueAt) + waitsMs;
  return postponeDeadline(outages, { from: dueAt, until }, settings);
}

/** Rule 12, from a ping that begins an interval anew. */
export function expectAfter(book: Book, at: Instant): void {
  const { schedule } = book.settings;
  book.countsFrom = at;
  if (everyMs(schedule) !== null || book.slotAt === null) book.slotAt = nextAfter(schedule, at);
}

/** Rule 12, after a slot that no ping came for. */
export function nextSlotAfter({ settings }: Book, dueAt: Instant): Instant | null {
  return nextAfter(settings.schedule, dueAt);
}

export function putSlot(book: Book, slot: Slot): void {
  if (!book.slots.has(slot.dueAt)) noteUnmet(book, slot);
  putVerdict(book, slot);
}

/** Rule 46: a slot that a later one was settled before, which says nothing of the slots since. */
export function putPassed(book: Book, slot: Slot): void {
  book.passed = book.passed.filter((dueAt) => dueAt !== slot.dueAt);
  if (slot.outcome === "missed") noteUnmet(book, slot);
  putVerdict(book, slot);
}

function putVerdict(book: Book, slot: Slot): void {
  book.slots.set(slot.dueAt, slot);
  if (slot.outcome !== "excluded" && !isExcused(book, slot)) book.sinceUp.set(slot.dueAt, slot);
}

/** Rule 17a: once a slot is met, runs may be made up for the missed ones for as long again as slots were missed. */
function noteUnmet(book: Book, slot: Slot): void {
  if (slot.at > book.unmet.until) book.unmet = { slots: [], until: Infinity };
  const { slots, until } = book.unmet;
  if (slot.outcome === "missed") book.unmet = { slots: [...slots, slot].slice(-64), until: Infinity };
  else if (until === Infinity && slots[0])
    book.unmet.until = slot.at + (slot.at - slots[0].dueAt) + book.settings.graceSeconds * SECOND;
}

/** Rules 4 and 8: writes a change of status. */
export function writeFlip(
  book: Book,
  to: Status,
  { at, reason }: { at: Instant; reason: Reason | null },
): void {
  const { status: from, flips } = book;
  if (from === to || (to === "down" && isInMaintenance(book.settings, at))) return;
  const alerts = to === "down" || (to === "up" && from === "down");
  flips.push({ at: Math.max(at, flips.at(-1)?.at ?? at), from, to, reason, alerts });
  book.status = to;
  book.goodInARow = 0;
  if (to === "up") book.sinceUp.clear();
}

/** Rule 41: a run that fails in maintenance does not count. */
function isExcused({ settings }: Book, { outcome, at }: Slot): boolean {
  return outcome === "failed" && isInMaintenance(settings, at);
}
