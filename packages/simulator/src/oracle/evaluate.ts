import { isDeepStrictEqual } from "node:util";
import { type Instant, nextAfter, type Schedule } from "@overdue/schedules";
import type { Reason, Slot } from "@overdue/core";
import { deadlineOf, expectAfter, writeFlip, nextSlotAfter, putSlot, type Book } from "./book.ts";
import type { KnownRun, Moment } from "./moments.ts";
import { isInMaintenance } from "./postpone.ts";
import {
  firstMet,
  reviseSlot,
  makeUp,
  meetByRunBefore,
  settle,
  type Arrival,
  findUnmet,
  hasShared,
  isBackToBack,
} from "./slots.ts";
import { MINUTE, SECOND } from "../history/history.ts";

/** Reads the moments of a history in order, and decides its slots and flips. */
export function evaluateMoments(book: Book, moments: readonly Moment[], horizon: Instant): Book {
  for (const moment of moments) {
    passDeadlines(book, moment.kind === "overlong" ? moment.at - 1 : moment.at);
    const before = book.settings.schedule;
    book.settings = moment.settings;
    decide(book, moment, before);
  }
  passDeadlines(book, horizon);
  return book;
}

function passDeadlines(book: Book, until: Instant): void {
  for (let dueAt = book.slotAt; dueAt !== null; dueAt = book.slotAt) {
    const at = deadlineOf(book, dueAt);
    if (at > until) return;
    const next = [...book.open].find(({ startedAt }) => startedAt !== null && startedAt > dueAt);
    const begunAt = next?.startedAt ?? 0;
    if (next) meetByRunBefore(book, { at: begunAt, begunAt, good: true, runId: next.id });
    if (book.slotAt !== dueAt) continue;
    miss(book, dueAt, at);
    book.slotAt = nextSlotAfter(book, dueAt);
  }
}

/** Rules 18, 30, 34, 36 and 40: decides a slot whose deadline has passed. */
function miss(book: Book, dueAt: Instant, at: Instant): void {
  book.turn += 1;
  const isInOutage = book.outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
  const excused = !isInOutage && isInMaintenance(book.settings, dueAt);
  const outcome = isInOutage || excused ? "excluded" : "missed";
  const goesOn = (run: KnownRun) =>
    (run.startedAt ?? at) < dueAt && (run.endedAt === null || run.endedAt >= at);
  const skipped = outcome === "missed" && [...book.open].some(goesOn);
  book.last = {
    dueAt,
    outcome,
    at,
    lateMs: null,
    runId: null,
    ...(excused && { because: "maintenance" }),
    ...(skipped && { because: "overlap" }),
  };
  putSlot(book, book.last);
  book.countsFrom = dueAt;
  if (excused && book.settings.schedule.kind !== "interval") return;
  if (!isInOutage && !excused) book.goodInARow = 0;
  if (book.status === "new") writeFlip(book, "down", { at, reason: "never-started" });
  else if (!((isInOutage || excused) && book.settings.tolerance))
    goDown(book, at, skipped ? "overlap" : "missed");
}

function decide(book: Book, moment: Moment, before: Schedule): void {
  const { at, kind } = moment;
  switch (kind) {
    case "pause":
      if (book.status === "paused") return;
      writeFlip(book, "paused", { at, reason: null });
      return expectNothing(book);
    case "resume":
      return book.status === "paused" ? resume(book, at) : undefined;
    case "edit":
      return edit(book, at, before);
    case "maintenance":
      return;
    case "overlong":
      return overlong(book, moment);
    case "end":
      return end(book, moment);
    case "start":
      return start(book, moment);
    case "log":
      if (isTooOften(book, moment)) alarm(book, at, "too-often");
  }
}

function expectNothing(book: Book): void {
  book.slotAt = null;
  book.last = null;
  book.lastEndAt = null;
  book.isStarted = false;
  book.sinceUp.clear();
  book.open.clear();
  book.unmet = { slots: [], until: Infinity };
  book.shared = { dues: [], until: 0 };
  book.turn += 1;
  book.burst = { turn: null, at: [] };
}

/** Rules 10 and 36: resumes a check. */
function resume(book: Book, at: Instant): void {
  writeFlip(book, "new", { at, reason: null });
  expectNothing(book);
  if (book.settings.alertBeforeFirstPing) book.slotAt = nextAfter(book.settings.schedule, at);
}

/** Rule 11: an edit of the check. */
function edit(book: Book, at: Instant, before: Schedule): void {
  const { settings, lastEndAt } = book;
  const { schedule } = settings;
  const same = isDeepStrictEqual(before, schedule);
  if (book.status === "new") {
    const waits = settings.alertBeforeFirstPing && !book.isStarted;
    book.slotAt = waits ? ((same ? book.slotAt : null) ?? nextAfter(schedule, at)) : null;
    return;
  }
  if (!same) book.shared = { dues: [], until: 0 };
  if (same || book.slotAt === null) return;
  if (book.status === "up") {
    const lastAt = Math.max(lastEndAt ?? 0, book.last?.dueAt ?? 0);
    book.slotAt = nextAfter(schedule, before.kind === "interval" ? book.countsFrom : lastAt);
    if (book.slotAt === null || deadlineOf(book, book.slotAt) > at) return;
    miss(book, book.slotAt, deadlineOf(book, book.slotAt));
  }
  book.slotAt = nextAfter(schedule, at);
  book.countsFrom = at;
}

/** An overlong run fails the slot that it was counted for, else the due slots, else the last one. */
function overlong(book: Book, { at, run }: Extract<Moment, { kind: "overlong" }>): void {
  const came: Arrival = { at, begunAt: run.startedAt ?? at, good: false, runId: run.id, isOverlong: true };
  book.open.delete(run);
  const due = book.slotAt !== null && book.slotAt <= at;
  const own = book.slots.get(run.slotDueAt ?? NaN) ?? (due ? null : book.last);
  if (book.slotAt === null) begin(book, came);
  else if (own && own.outcome !== "missed") reviseSlot(book, own, came);
  else if (!own && due) settle(book, came);
  const spoilt = book.slots.get((own ?? book.last)?.dueAt ?? NaN);
  if (spoilt?.outcome === "failed") book.final.add(spoilt.dueAt);
  fail(book, at, "overlong");
}

/** An overlong run is the first thing known of a check that waits for no slot. */
function begin(book: Book, came: Arrival): void {
  if (book.settings.schedule.kind === "interval") settle(book, came);
  expectAfter(book, came.at);
  book.lastEndAt = came.at;
}

/** Rules 25, 32, 33 and 36: the start of a run. */
function start(book: Book, moment: Extract<Moment, { kind: "start" }>): void {
  const { at, run, overlaps } = moment;
  const { overlap, maxRuntimeSeconds } = book.settings;
  for (const other of book.open) if (other.rid !== null && other.rid === run.rid) book.open.delete(other);
  book.open.add(run);
  if (book.status === "new") book.slotAt = null;
  book.isStarted = true;
  const doubled = isOtherHost(book, moment);
  const burst = isTooOften(book, moment);
  if (maxRuntimeSeconds !== null && book.slotAt !== null) {
    // The start of another run does not mend what an earlier run failed.
    const came = { at, begunAt: at, good: true, runId: run.id };
    const mends = book.last?.outcome === "failed" && firstMet(book, at) === null;
    const slot = mends ? makeUp(book, came) : settle(book, came);
    run.slotDueAt = (slot ?? book.last)?.dueAt ?? null;
    expectAfter(book, at);
  }
  if (burst) alarm(book, at, "too-often");
  if (doubled) alarm(book, at, "host-duplicate");
  if (overlaps && overlap === "alert") alarm(book, at, "overlap");
}

/** Takes the check down, whatever it tolerates, unless it is paused. */
function alarm(book: Book, at: Instant, reason: Reason): void {
  if (book.status !== "paused") writeFlip(book, "down", { at, reason });
}

function end(book: Book, moment: Extract<Moment, { kind: "end" }>): void {
  const { at, run, begunAt, bad } = moment;
  book.open.delete(run);
  const doubled = run.startedAt === null && isOtherHost(book, moment);
  const burst = isTooOften(book, moment);
  settleFor(book, { at, begunAt, good: bad === null, runId: run.id }, run.slotDueAt);
  if (run.slotDueAt === null) expectAfter(book, at);
  book.lastEndAt = at;
  if (doubled) alarm(book, at, "host-duplicate");
  if (bad !== null) fail(book, at, bad);
  if (burst) writeFlip(book, "down", { at, reason: "too-often" });
  if (burst || bad !== null) return;
  book.goodInARow += 1;
  const recovered = book.status !== "down" || book.goodInARow >= book.settings.recoverAfter;
  if (recovered) writeFlip(book, "up", { at, reason: null });
}

/** A failed run takes the check down, or, if it is the first and tolerated, up: the job runs. */
function fail(book: Book, at: Instant, reason: Reason): void {
  goDown(book, at, reason);
  if (book.status === "down" || book.status === "up") return;
  const counted = new Map(book.sinceUp);
  writeFlip(book, "up", { at, reason: null });
  book.sinceUp = counted;
}

/** A run that was counted for a slot when it started decides that slot; any other run decides what is due. */
function settleFor(book: Book, came: Arrival, slotDueAt: Instant | null): Slot | null {
  const own = slotDueAt === null ? undefined : book.slots.get(slotDueAt);
  // While no later slot is settled, its run may still mend it.
  if (own && (own === book.last || !came.good)) reviseSlot(book, own, came);
  if (!own) settle(book, came);
  return own ?? book.last;
}

/** Rule 34: takes the check down, unless that is tolerated. */
function goDown(book: Book, at: Instant, reason: Reason): void {
  book.goodInARow = 0;
  if (!tolerated(book, reason)) writeFlip(book, "down", { at, reason });
}

function tolerated(book: Book, reason: Reason): boolean {
  const { tolerance } = book.settings;
  const isMissed = reason === "missed" || reason === "overlap";
  if (tolerance === null || (isMissed && !tolerance.tolerateMissed)) return false;
  const isBad = ({ outcome }: Slot) => outcome === "failed" || outcome === "missed";
  const slots = [...book.sinceUp.values()];
  if (tolerance.kind === "of-last") return slots.slice(-tolerance.of).filter(isBad).length < tolerance.bad;
  const newest = slots.slice(-tolerance.bad);
  return newest.length < tolerance.bad || !newest.every(isBad);
}

type PingMoment = Extract<Moment, { kind: "start" | "end" | "log" }>;

/** Rule 32: whether the slot that this ping belongs to was begun by another host. */
function isOtherHost(book: Book, { at, ping: { host } }: PingMoment): boolean {
  if (host === null) return false;
  const turn = turnAt(book, at);
  const first = book.hosts.get(turn) ?? host;
  book.hosts.set(turn, first);
  return first !== host && book.settings.hostDuplicates === "alert";
}

/** Rule 33: whether more came within the window, or since the slot began, than may. */
function isTooOften(book: Book, moment: PingMoment): boolean {
  const { tooOften: limit } = book.settings;
  if (limit === null || (limit.of === "runs" && !isRun(moment))) return false;
  const begunAt = moment.kind === "end" ? moment.begunAt : moment.at;
  if (moment.kind === "end" && book.slots.get(moment.run.slotDueAt ?? NaN)?.outcome === "missed")
    return false;
  if (moment.kind !== "log" && isBackToBack(book, { begunAt })) return false;
  const turn = limit.windowSeconds === null ? turnOf(book, begunAt) : null;
  if (turn !== null && begunAt < moment.at && turn < (book.burst.turn ?? turn)) return false;
  const sameSlot = turn === book.burst.turn ? book.burst.at : [];
  const windowMs = (limit.windowSeconds ?? Infinity) * SECOND;
  const within = [...sameSlot.filter((at) => at > moment.at - windowMs), moment.at].slice(-limit.count - 1);
  const isTooMany = within.length > limit.count;
  // A run that is made up for an earlier slot is never one too many.
  if (isTooMany && (findUnmet(book, begunAt) !== undefined || hasShared(book, begunAt))) return false;
  book.burst = { turn, at: within };
  return isTooMany;
}

/** The turn of something that may have begun a while ago; -1 if it is older than the slot settled last. */
function turnOf(book: Book, at: Instant): number {
  const { last, slotAt, settings } = book;
  const isDecided = last !== null && (last.outcome === "missed" || book.final.has(last.dueAt));
  const isForNext = at === last?.at && slotAt !== null && (at >= slotAt || isDecided);
  if (last === null || at > last.at || isForNext) return turnAt(book, at);
  const { schedule } = settings;
  const isInterval = schedule.kind === "interval";
  const ahead = slotAt === null ? 0 : Math.min(MINUTE, (slotAt - last.dueAt) / 10);
  const from = last.dueAt - (isInterval ? (schedule.everySeconds * SECOND) / 2 : ahead);
  return at < from ? -1 : book.turn;
}

function isRun(moment: PingMoment): boolean {
  return moment.kind === "start" || (moment.kind === "end" && moment.run.startedAt === null);
}

/** The turn that an instant falls into: that of the next slot if that is due or near, else the one before. */
function turnAt(book: Book, at: Instant): number {
  return book.slotAt !== null && firstMet(book, at) !== null ? book.turn + 1 : book.turn;
}
