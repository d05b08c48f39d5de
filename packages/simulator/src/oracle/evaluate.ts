import { isDeepStrictEqual } from "node:util";
import {
  everyMs,
  hasWindows,
  type Instant,
  nextAfter,
  isCountedFromStart,
  type Schedule,
} from "@overdue/schedules";
import type { Reason, Slot } from "@overdue/core";
import { deadlineOf, expectAfter, writeFlip, nextSlotAfter, putPassed, putSlot, type Book } from "./book.ts";
import type { KnownRun, Moment } from "./moments.ts";
import { noteHost, countTowardsTooOften } from "./limits.ts";
import { type Arrival, arrivalOf } from "./outcome.ts";
import { isInMaintenance } from "./postpone.ts";
import { firstMet, makeUp, meetByRunBefore, reviseSlot, settle } from "./slots.ts";
import { beginWindows, noteFurtherRun } from "./windows.ts";

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
  for (let dueAt = nextAwaited(book); dueAt !== null; dueAt = nextAwaited(book)) {
    const at = deadlineOf(book, dueAt);
    if (at > until) return;
    if (dueAt === book.passed[0]) {
      missPassed(book, at);
      continue;
    }
    const next = [...book.open].find(({ startedAt }) => startedAt !== null && startedAt > dueAt);
    const begunAt = next?.startedAt ?? 0;
    if (next) meetByRunBefore(book, { at: begunAt, begunAt, good: true, runId: next.id });
    if (book.slotAt !== dueAt) continue;
    miss(book, dueAt, at);
    book.slotAt = nextSlotAfter(book, dueAt);
  }
}

function nextAwaited({ passed, slotAt }: Book): Instant | null {
  return passed[0] ?? slotAt;
}

/**
 * Rules 42 and 46: nobody ran in the windows that were passed over and end at `at`; the check is up again where a later one was
 * met.
 */
function missPassed(book: Book, at: Instant): void {
  const ending = book.passed.filter((dueAt) => deadlineOf(book, dueAt) === at);
  const outcomes = ending.map((dueAt) => {
    const { excused, outcome } = unmet(book, dueAt);
    const slot = { dueAt, outcome, at, lateMs: null, runId: null } as const;
    putPassed(book, { ...slot, ...(excused && { because: "maintenance" }) });
    return outcome;
  });
  if (!outcomes.includes("missed")) return;
  const wasUp = book.status === "up";
  goDown(book, at, "missed");
  const isAlive = book.last !== null && book.last.outcome !== "missed" && book.last.outcome !== "failed";
  if (wasUp && isAlive && book.settings.recoverAfter === 1) writeFlip(book, "up", { at, reason: null });
}

function unmet(book: Book, dueAt: Instant) {
  const isInOutage = book.outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
  const excused = !isInOutage && isInMaintenance(book.settings, dueAt);
  const outcome: "excluded" | "missed" = isInOutage || excused ? "excluded" : "missed";
  return { isInOutage, excused, outcome };
}

/** Rules 18, 30, 34, 36 and 40: decides a slot whose deadline has passed. */
function miss(book: Book, dueAt: Instant, at: Instant): void {
  book.turn += 1;
  const { isInOutage, excused, outcome } = unmet(book, dueAt);
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
  if (excused && everyMs(book.settings.schedule) === null) return;
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
      return expectNothing(book, at);
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
      if (countTowardsTooOften(book, moment)) alarm(book, at, "too-often");
  }
}

function expectNothing(book: Book, at: Instant): void {
  book.clearedAt = at;
  book.slotAt = null;
  book.last = null;
  book.lastEndAt = null;
  book.isStarted = false;
  book.sinceUp.clear();
  book.open.clear();
  book.unmet = { slots: [], until: Infinity };
  book.shared = { dues: [], until: 0 };
  book.place = null;
  book.passed = [];
  book.countsFrom = -Infinity;
  book.turn += 1;
  book.burst = { turn: null, at: [] };
}

/** Rules 10 and 36: resumes a check. */
function resume(book: Book, at: Instant): void {
  writeFlip(book, "new", { at, reason: null });
  expectNothing(book, at);
  if (book.settings.alertBeforeFirstPing) book.slotAt = nextAfter(book.settings.schedule, at);
}

/** Rule 11: an edit of the check. */
function edit(book: Book, at: Instant, before: Schedule): void {
  const { settings, lastEndAt } = book;
  const { schedule } = settings;
  const same = isDeepStrictEqual(timesOf(before), timesOf(schedule));
  if (!same) {
    book.shared = { dues: [], until: 0 };
    book.place = null;
    book.passed = [];
  }
  if (book.status === "new") {
    const waits = settings.alertBeforeFirstPing && !book.isStarted;
    book.slotAt = waits ? ((same ? book.slotAt : null) ?? nextAfter(schedule, at)) : null;
    return;
  }
  if (same || book.slotAt === null) return;
  if (book.status === "up") {
    const lastAt = Math.max(lastEndAt ?? 0, book.last?.dueAt ?? 0);
    book.slotAt = nextAfter(schedule, everyMs(before) !== null ? book.countsFrom : lastAt);
    if (book.slotAt === null || deadlineOf(book, book.slotAt) > at) return;
    miss(book, book.slotAt, deadlineOf(book, book.slotAt));
  }
  book.slotAt = nextAfter(schedule, at);
  book.countsFrom = at;
}

/** A set-up moves no due time, nor does who counts an interval. */
function timesOf({ setup: _setup, ...schedule }: Schedule) {
  return schedule.kind === "interval" ? schedule.everySeconds : schedule;
}

/** An overlong run fails the slot that it was counted for, else the due slots, else the last one. */
function overlong(book: Book, { at, run }: Extract<Moment, { kind: "overlong" }>): void {
  const came: Arrival = { at, begunAt: run.startedAt ?? at, good: false, runId: run.id, isOverlong: true };
  book.open.delete(run);
  const dueBy = hasWindows(book.settings.schedule) ? came.begunAt : at;
  const due = book.slotAt !== null && book.slotAt <= dueBy;
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
  const { schedule } = book.settings;
  if (everyMs(schedule) !== null) settle(book, came);
  if (hasWindows(schedule)) beginWindows(book, came);
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
  const doubled = noteHost(book, moment);
  const burst = countTowardsTooOften(book, moment);
  if (maxRuntimeSeconds !== null && book.slotAt !== null) {
    // The start of another run does not mend what an earlier run failed.
    const came = { at, begunAt: at, good: true, runId: run.id };
    const mends = book.last?.outcome === "failed" && firstMet(book, at) === null;
    if (mends) noteFurtherRun(book, at);
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
  const doubled = run.startedAt === null && noteHost(book, moment);
  const burst = countTowardsTooOften(book, moment);
  const before = book.last;
  settleFor(book, { at, begunAt, good: bad === null, runId: run.id }, run.slotDueAt);
  if (run.slotDueAt === null) expectAfter(book, countsFrom(book, { at, begunAt, before }));
  book.lastEndAt = at;
  if (doubled) alarm(book, at, "host-duplicate");
  if (bad !== null) fail(book, at, bad);
  if (burst) writeFlip(book, "down", { at, reason: "too-often" });
  if (burst || bad !== null) return;
  book.goodInARow += 1;
  const recovered = book.status !== "down" || book.goodInARow >= book.settings.recoverAfter;
  if (recovered) writeFlip(book, "up", { at, reason: null });
}

/** Rule 45: from the start of the last run, where its scheduler counts so. */
function countsFrom(
  { settings, last, countsFrom: countedFrom }: Book,
  { at, begunAt, before }: { at: Instant; begunAt: Instant; before: Slot | null },
): Instant {
  if (everyMs(settings.schedule) === null || !isCountedFromStart(settings.schedule)) return at;
  // An older run that settles no slot changes what is said of the last one, and not when its run began.
  const own = last?.dueAt === before?.dueAt ? before : last;
  return Math.max(begunAt, countedFrom, own === null ? begunAt : arrivalOf(own));
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
  if (!isTolerated(book, reason)) writeFlip(book, "down", { at, reason });
}

function isTolerated(book: Book, reason: Reason): boolean {
  const { tolerance } = book.settings;
  const isMissed = reason === "missed" || reason === "overlap";
  if (tolerance === null || (isMissed && !tolerance.tolerateMissed)) return false;
  const isBad = ({ outcome }: Slot) => outcome === "failed" || outcome === "missed";
  const slots = [...book.sinceUp.values()];
  if (tolerance.kind === "of-last") return slots.slice(-tolerance.of).filter(isBad).length < tolerance.bad;
  const newest = slots.slice(-tolerance.bad);
  return newest.length < tolerance.bad || !newest.every(isBad);
}
