import { type Instant, nextAfter } from "@overdue/schedules";
import { type CheckSettings, type Reason, type Slot, type Status } from "@overdue/core";
import { SECOND, type Span } from "../history/history.ts";
import type { Verdict } from "./differences.ts";
import { isInMaintenance, postponeForOutages } from "./postpone.ts";
import type { KnownRun } from "./moments.ts";

/** What has been decided so far, while the moments of a life are read from the first. */
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
  /** A start was heard since the check was made or resumed. */
  isStarted: boolean;
  /** What an interval is counted from: the last end, or the last slot that none came for. */
  countsFrom: Instant;
  /** The slots since the check went up: what a tolerance counts. */
  sinceUp: Map<Instant, Slot>;
  goodInARow: number;
  /** Grows whenever the slot that is waited for is met or missed; slots met together are one turn. */
  turn: number;
  /** What counts towards "too often", and in which turn where it is counted by slots. */
  burst: { turn: number | null; at: Instant[] };
  /** The first host of a turn. */
  hosts: Map<number, string>;
  /** Runs whose start was heard, and neither their end nor that they are overlong. */
  open: Set<KnownRun>;
  /** Missed slots that nothing came for since, and by when runs made up for them are to be expected. */
  unmet: { slots: Slot[]; until: Instant };
  /** Slots that one run settled beside its own, and by when their own runs are to be expected. */
  shared: { dues: Instant[]; until: Instant };
};

/** Rule 13. */
export function deadlineOf({ settings, outages }: Book, dueAt: Instant): Instant {
  const until = dueAt + (settings.jitterSeconds + settings.graceSeconds) * SECOND;
  return postponeForOutages(outages, { from: dueAt, until }, settings);
}

/** Rule 12, from a ping that begins an interval anew. */
export function expectAfter(book: Book, at: Instant): void {
  const { schedule } = book.settings;
  book.countsFrom = at;
  if (schedule.kind === "interval" || book.slotAt === null) book.slotAt = nextAfter(schedule, at);
}

/** Rule 12, after a slot that no ping came for. */
export function nextSlotAfter({ settings }: Book, dueAt: Instant): Instant | null {
  return nextAfter(settings.schedule, dueAt);
}

export function putSlot(book: Book, slot: Slot): void {
  if (!book.slots.has(slot.dueAt)) noteUnmet(book, slot);
  book.slots.set(slot.dueAt, slot);
  if (slot.outcome !== "excluded" && !isExcused(book, slot)) book.sinceUp.set(slot.dueAt, slot);
}

/** Rule 17a: for as long as slots were missed, runs may be made up for them once one is met. */
function noteUnmet(book: Book, slot: Slot): void {
  if (slot.at > book.unmet.until) book.unmet = { slots: [], until: Infinity };
  const { slots, until } = book.unmet;
  if (slot.outcome === "missed") book.unmet = { slots: [...slots, slot].slice(-64), until: Infinity };
  else if (until === Infinity && slots[0])
    book.unmet.until = slot.at + (slot.at - slots[0].dueAt) + book.settings.graceSeconds * SECOND;
}

/** Rules 4 and 8. */
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

/** Rule 41: what fails in maintenance counts for nothing. */
function isExcused({ settings }: Book, { outcome, at }: Slot): boolean {
  return outcome === "failed" && isInMaintenance(settings, at);
}
