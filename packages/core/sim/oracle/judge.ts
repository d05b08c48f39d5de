import { nextAfter, type Instant, type Reason, type Slot } from "../../src/index.ts";
import { tooOften, twoHosts } from "./alarms.ts";
import { deadlineOf, expectAfter, flip, following, put, type Book } from "./book.ts";
import type { Moment } from "./moments.ts";
import { lastWord, settle, type Came } from "./slots.ts";

/** What the moments of a life, in their order, make of its slots and its status. */
export function judge(book: Book, moments: readonly Moment[], horizon: Instant): Book {
  for (const moment of moments) {
    missUntil(book, moment.kind === "overlong" ? moment.at - 1 : moment.at);
    book.settings = moment.settings;
    decide(book, moment);
  }
  missUntil(book, horizon);
  return book;
}

function missUntil(book: Book, until: Instant): void {
  for (let dueAt = book.slotAt; dueAt !== null; dueAt = book.slotAt) {
    const at = deadlineOf(book, dueAt);
    if (at > until) return;
    miss(book, dueAt, at);
    book.slotAt = following(book, dueAt);
  }
}

/** Rules 18, 30, 34 and 36. */
function miss(book: Book, dueAt: Instant, at: Instant): void {
  const deaf = book.outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
  book.last = { dueAt, outcome: deaf ? "not-judged" : "missed", at, lateMs: null, runId: null };
  put(book, book.last);
  book.countsFrom = dueAt;
  book.goodInARow = 0;
  if (book.status === "new") flip(book, "down", { at, reason: "never-started" });
  else if (!(deaf && book.settings.tolerance)) goDown(book, at, "missed");
}

function decide(book: Book, moment: Moment): void {
  const { at, kind } = moment;
  switch (kind) {
    case "pause":
      flip(book, "paused", { at, reason: null });
      return expectNothing(book);
    case "resume":
      return book.status === "paused" ? resume(book, at) : undefined;
    case "edit":
      return edit(book, at);
    case "overlong":
      return overlong(book, moment);
    case "end":
      return end(book, moment);
    case "start":
      return start(book, moment);
    case "log":
      if (tooOften(book, moment)) alarm(book, at, "too-often");
  }
}

function expectNothing(book: Book): void {
  book.slotAt = null;
  book.last = null;
  book.lastEndAt = null;
}

/** Rules 10 and 36. */
function resume(book: Book, at: Instant): void {
  flip(book, "new", { at, reason: null });
  expectNothing(book);
  if (book.settings.alertBeforeFirstPing) book.slotAt = nextAfter(book.settings.schedule, at);
}

/** Rule 11. */
function edit(book: Book, at: Instant): void {
  const { settings, lastEndAt } = book;
  if (book.status === "new" && lastEndAt === null)
    book.slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, at) : null;
  if (lastEndAt === null) return;
  const fixed = settings.schedule.kind !== "interval";
  let dueAt = nextAfter(
    settings.schedule,
    fixed ? Math.max(lastEndAt, book.last?.dueAt ?? 0) : book.countsFrom,
  );
  const overdue = dueAt !== null && deadlineOf(book, dueAt) <= at;
  if (overdue && dueAt !== null && book.status === "up") miss(book, dueAt, deadlineOf(book, dueAt));
  if (overdue || (book.status === "down" && !fixed)) {
    dueAt = nextAfter(settings.schedule, at);
    book.countsFrom = at;
  }
  book.slotAt = dueAt;
}

/** It fails the slot that it was counted for, else what is due, else the last one. */
function overlong(book: Book, { at, run }: Extract<Moment, { kind: "overlong" }>): void {
  const came: Came = { at, begunAt: run.startedAt ?? at, good: false, runId: run.id };
  const due = book.slotAt !== null && book.slotAt <= at;
  const own = book.slots.get(run.slotDueAt ?? NaN) ?? book.last;
  if (due) book.final.add(settleFor(book, came, run.slotDueAt)?.dueAt ?? at);
  else if (own && own.outcome !== "missed" && own.outcome !== "failed") {
    lastWord(book, own, came);
    book.final.add(own.dueAt);
  }
  goDown(book, at, "overlong");
}

/** Rules 25, 32, 33 and 36. */
function start(book: Book, moment: Extract<Moment, { kind: "start" }>): void {
  const { at, run, overlaps } = moment;
  const { overlap, maxRuntimeSeconds } = book.settings;
  const doubled = twoHosts(book, moment);
  const burst = tooOften(book, moment);
  if (book.status === "new") book.slotAt = null;
  if (maxRuntimeSeconds !== null) {
    settle(book, { at, begunAt: at, good: true, runId: run.id });
    run.slotDueAt = book.last?.dueAt ?? null;
    expectAfter(book, at);
  }
  if (overlaps && overlap === "alert") alarm(book, at, "overlap");
  if (doubled) alarm(book, at, "host-duplicate");
  if (burst) alarm(book, at, "too-often");
}

/** Whatever the check tolerates; a paused one is left in peace. */
function alarm(book: Book, at: Instant, reason: Reason): void {
  if (book.status !== "paused") flip(book, "down", { at, reason });
}

function end(book: Book, moment: Extract<Moment, { kind: "end" }>): void {
  const { at, run, begunAt, bad } = moment;
  const doubled = run.startedAt === null && twoHosts(book, moment);
  const burst = tooOften(book, moment);
  settleFor(book, { at, begunAt, good: bad === null, runId: run.id }, run.slotDueAt);
  if (run.slotDueAt === null) expectAfter(book, at);
  book.lastEndAt = at;
  if (doubled) alarm(book, at, "host-duplicate");
  if (burst) alarm(book, at, "too-often");
  if (bad !== null) return fail(book, at, bad);
  book.goodInARow += 1;
  const recovered = book.status !== "down" || book.goodInARow >= book.settings.recoverAfter;
  if (recovered && !burst) flip(book, "up", { at, reason: null });
}

/** A tolerated first fail is a sign of life too. */
function fail(book: Book, at: Instant, reason: Reason): void {
  goDown(book, at, reason);
  if (book.status === "down" || book.status === "up") return;
  const counted = new Map(book.sinceUp);
  flip(book, "up", { at, reason: null });
  book.sinceUp = counted;
}

/** A run that was counted for a slot when it started has its word on that one, any other on what is due. */
function settleFor(book: Book, came: Came, slotDueAt: Instant | null): Slot | null {
  const own = slotDueAt === null ? undefined : book.slots.get(slotDueAt);
  if (own) lastWord(book, own, came);
  else settle(book, came);
  return own ?? book.last;
}

/** Rule 34. */
function goDown(book: Book, at: Instant, reason: Reason): void {
  book.goodInARow = 0;
  if (!tolerated(book, reason)) flip(book, "down", { at, reason });
}

function tolerated(book: Book, reason: Reason): boolean {
  const { tolerance } = book.settings;
  if (tolerance === null || (reason === "missed" && !tolerance.tolerateMissed)) return false;
  const isBad = ({ outcome }: Slot) => outcome === "failed" || outcome === "missed";
  const slots = [...book.sinceUp.values()];
  if (tolerance.kind === "of-last") return slots.slice(-tolerance.of).filter(isBad).length < tolerance.bad;
  const newest = slots.slice(-tolerance.bad);
  return newest.length < tolerance.bad || !newest.every(isBad);
}
