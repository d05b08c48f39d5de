/** Rules 27 and 28: pings that are sent again, or overtaken, without run ids. */

import { everyMs, type Instant, MINUTE_MS, nextAfter, SECOND_MS } from "@overdue/schedules";
import type { Draft } from "../draft.ts";
import type { Ping } from "../event.ts";
import { slotBegunBy } from "../limits/violations.ts";
import type { EndedRun, HostEnd, OpenRun } from "../memory.ts";
import { earlyMs } from "../slots/slot-outcome.ts";
import { RESEND_MS, retryMs } from "./runs.ts";

/** How often `curl --retry 5` sends a ping again. */
export const REPEATS_MAX = 5;
/** How long after the end of its run a start may arrive, even if another slot is due by then. */
const OVERTAKEN_MS = 10 * SECOND_MS;
const ENDS_MAX = 8;

type Since = { from: Instant; at: Instant; isSeries?: boolean };
const NO_ENDS: readonly HostEnd[] = [];

/** The earlier end that this end without a run id repeats; null if it is a new one. */
export function findRepeatedEnd(draft: Draft, ping: Ping): HostEnd | null {
  const ends = endsOf(draft, ping);
  // A success between two failures, or the other way round, makes the second one new.
  const newest = ends.at(-1);
  if (newest?.kind !== ping.kind) return null;
  // So do other numbers: a queue may be empty again that was filled a moment ago.
  if (newest.metrics !== undefined && !isEqual(newest, ping)) return null;
  const last = ends.findLast((end) => isEqual(end, ping));
  if (last === undefined || last.repeats >= REPEATS_MAX) return null;
  const begun = openRunOfHost(draft, ping) ?? runEndedByOtherHost(draft, ping);
  const isBegun = begun !== undefined && begun.uncertain !== "again" && begun.startedAt > last.endedAt;
  if (isBegun && !isTooQuickFor(draft, begun, ping)) return null;
  const isAgain =
    last.startedAt === null
      ? isWithinResendTime(draft, { from: last.endedAt, at: ping.at })
      : ping.at - last.endedAt <= RESEND_MS;
  return isAgain ? last : null;
}

/** Whether an end equals a recent one, so that it may be its repeat, whatever has begun since. */
export function mayBeRepeat(draft: Draft, ping: Ping): boolean {
  return endsOf(draft, ping).some((end) => isEqual(end, ping) && ping.at - end.endedAt <= RESEND_MS);
}

/** Whether an end would be too quick for the run that has just started, so that it rather repeats the end before it. */
function isTooQuickFor(draft: Draft, run: OpenRun, { at }: Ping): boolean {
  const { minRuntimeSeconds } = draft.settings;
  const isQuick = minRuntimeSeconds !== null && at - run.startedAt < minRuntimeSeconds * SECOND_MS;
  return isQuick && gapMs(draft) > 2 * RESEND_MS;
}

/** The last end of the host, if this start may repeat the start of the run that it ended. */
export function findRepeatedStart(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  if (last === null || last.startedAt === null) return findEndTakenForOtherHost(draft, ping);
  if (last.startRepeats >= REPEATS_MAX) return null;
  const since = { from: last.startedAt, at: ping.at, isSeries: last.startRepeats > 0 };
  return last.startDigest === ping.digest && isWithinResendTime(draft, since)
    ? last
    : findEndTakenForOtherHost(draft, ping);
}

/** The end of another host that was taken to end this host's run, if this start may repeat the start of that run. */
function findEndTakenForOtherHost(draft: Draft, { host, digest, at }: Ping): HostEnd | null {
  const end = draft.memory.lastEnds?.findLast(({ foreign }) => foreign?.host === host);
  const run = end?.foreign;
  if (end === undefined || run === undefined || end.startRepeats >= REPEATS_MAX) return null;
  const since = { from: run.firstStartAt ?? run.startedAt, at, isSeries: end.startRepeats > 0 };
  return run.digest === digest && isWithinResendTime(draft, since) ? end : null;
}

/** Whether all pings that the check ever got are starts and ends of its first runs, from just now, and their repeats. */
export function isFirstRun({ memory, pingNumber }: Draft, { at }: Ping): boolean {
  const fromEnds = (memory.lastEnds ?? NO_ENDS)
    .filter(({ endedAt }) => at - endedAt <= RESEND_MS)
    .map(({ repeats, startedAt, startRepeats }) => 1 + repeats + (startedAt === null ? 0 : 1 + startRepeats));
  const fromStarts = memory.openRuns.map(({ startRepeats = 0 }) => 1 + startRepeats);
  const known = [...fromEnds, ...fromStarts].reduce((sum, count) => sum + count, 0);
  return (pingNumber ?? 0) - 1 <= known;
}

/** The end of this host that came before its own start, which is this one. */
export function findOvertakingEnd(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  if (last === null || last.startedAt !== null) return null;
  const isItsStart =
    ping.at - last.endedAt <= OVERTAKEN_MS || isWithinResendTime(draft, { from: last.endedAt, at: ping.at });
  return isItsStart ? last : null;
}

/** The end whose last repeat, just before this start, was rather the end of a run of its own, since a slot was due. */
export function findMistakenRepeat(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  const withinMs = Math.max(OVERTAKEN_MS, Math.min(RESEND_MS, gapMs(draft) / 10));
  if (last === null || last.repeatedAt <= last.endedAt || ping.at - last.repeatedAt > withinMs) return null;
  if (everyMs(draft.settings.schedule) !== null)
    return last.repeatedAt - last.endedAt <= gapMs(draft) / 2 ? null : last;
  return isSameSlot(draft, { from: last.endedAt, at: last.repeatedAt }) ? null : last;
}

/**
 * Whether a ping at `at` may repeat the one at `from`: it comes within 90 s, and either no slot has come due for another
 * run, or it follows within a tenth of the time between slots, since runs do not follow each other so soon. The tenth is a
 * half in a series (the client sends again because it gets no answers), and if the first may have been early for that slot.
 */
export function isWithinResendTime(draft: Draft, { from, at, isSeries = false }: Since): boolean {
  const afterMs = at - from;
  if (afterMs < 0 || afterMs > RESEND_MS) return false;
  // The runs of an interval's host lie at least half of it apart, whatever another host has begun meanwhile.
  if (everyMs(draft.settings.schedule) !== null) return afterMs <= gapMs(draft) / 2;
  const isHalf = isSeries || isEarlyForNext(draft, from);
  return afterMs <= gapMs(draft) / (isHalf ? 2 : 10) || isSameSlot(draft, { from, at });
}

/** The open run without a run id of the ping's host. */
export function openRunOfHost({ memory }: Draft, { host }: Ping): OpenRun | undefined {
  return memory.openRuns.findLast((run) => run.rid === null && run.host === host);
}

/** The run of the ping's host that another host's end was taken to end. */
function runEndedByOtherHost({ memory }: Draft, { host }: Ping): OpenRun | undefined {
  return memory.lastEnds?.findLast(({ foreign }) => foreign?.host === host)?.foreign;
}

/** Remembers an end without a run id, and the start of the run that it ended. */
export function rememberEnd(draft: Draft, ping: Ping, run: OpenRun | null): void {
  if (ping.rid !== null || (ping.kind !== "success" && ping.kind !== "fail")) return;
  const { host, kind, digest, exitStatus, at, dueAt, metrics } = ping;
  // After five repeats the count goes on: else a job stuck in a loop would have five of every six pings ignored.
  const before = endsOf(draft, ping).findLast(
    (end) => isEqual(end, ping) && end.repeats >= REPEATS_MAX && at - end.endedAt <= RESEND_MS,
  );
  const isStuck = before !== undefined;
  const ofOwnRun = run !== null && run.rid === null && run.host === host;
  putEnd(draft, {
    host,
    endedAt: isStuck ? before.endedAt : at,
    kind,
    digest,
    exitStatus,
    ...(dueAt !== undefined && { dueAt }),
    startedAt: ofOwnRun ? (run.firstStartAt ?? run.startedAt) : null,
    startDigest: ofOwnRun ? run.digest : null,
    repeats: isStuck ? before.repeats : 0,
    startRepeats: ofOwnRun ? (run.startRepeats ?? 0) : 0,
    ...(run !== null && run.rid === null && !ofOwnRun && { foreign: run }),
    repeatedAt: at,
    ...(metrics !== undefined && { metrics }),
  });
}

/**
 * Whether an equal ping with the same run id as one at `from` is a retry of it: no slot has come due for another run, or
 * it follows sooner than another run could.
 */
export function isRetryOf(draft: Draft, { from, at }: Since): boolean {
  const { settings, memory } = draft;
  if (Math.abs(at - from) <= retryMs(settings)) return true;
  const isBeforeDue = memory.slotAt === null || at < memory.slotAt;
  return at >= from && at - from <= RESEND_MS && (isBeforeDue || isWithinResendTime(draft, { from, at }));
}

/** Notes that an end was repeated. */
export function countEndRepeat(draft: Draft, last: HostEnd, { at: repeatedAt }: Ping): void {
  putEnd(draft, { ...last, repeats: last.repeats + 1, repeatedAt });
}

/** Notes that the start of an ended run was repeated. */
export function countStartRepeat(draft: Draft, last: HostEnd): void {
  putEnd(draft, { ...last, startRepeats: last.startRepeats + 1 });
}

/** Forgets the ends of this host, so that its next end is not taken for a repeat. */
export function forgetEnds({ memory }: Draft, { host }: Ping): void {
  memory.lastEnds = memory.lastEnds?.filter((end) => end.host !== host) ?? NO_ENDS;
}

/** Notes that this start belongs to a run of which only the end had been received. */
export function addStartToEnd(draft: Draft, last: HostEnd, ping: Ping): void {
  putEnd(draft, { ...last, startedAt: ping.at, startDigest: ping.digest });
}

/** Notes the start of an end-only run, if it is older than the end. */
export function addEarlierStartToEnd(draft: Draft, { endedAt, host, rid }: EndedRun, ping: Ping): void {
  const last = draft.memory.lastEnds?.find(
    (end) => rid === null && end.host === host && end.endedAt === endedAt,
  );
  if (last !== undefined) addStartToEnd(draft, last, ping);
}

/**
 * Whether the host of this run, which another host's end was taken to end, has sent its own end since. Then the two ends
 * were only exchanged: that end is now stored as the one of this run, and a start that came after it as a repeat of the
 * run's start.
 */
export function hasOwnEnd(draft: Draft, { host, startedAt, digest }: OpenRun): boolean {
  const own = draft.memory.lastEnds?.find(
    (end) =>
      end.host === host &&
      end.endedAt >= startedAt &&
      (end.startedAt === null || end.startedAt > end.endedAt),
  );
  if (own === undefined) return false;
  const startRepeats = own.startedAt === null ? own.startRepeats : own.startRepeats + 1;
  putEnd(draft, { ...own, startedAt, startDigest: digest, startRepeats });
  return true;
}

function lastEndOf(draft: Draft, ping: Ping): HostEnd | null {
  return endsOf(draft, ping).at(-1) ?? null;
}

/** The recent ends of this host, which may still be repeated. */
function endsOf({ memory }: Draft, { rid, host, at }: Ping): readonly HostEnd[] {
  if (rid !== null || memory.lastEnds === undefined) return NO_ENDS;
  return memory.lastEnds.filter(
    (end) => end.host === host && end.endedAt <= at && at - end.repeatedAt <= RESEND_MS,
  );
}

function putEnd({ memory }: Draft, end: HostEnd): void {
  const others = memory.lastEnds?.filter(
    ({ host, endedAt, repeatedAt }) =>
      (host !== end.host || endedAt !== end.endedAt) && end.repeatedAt - repeatedAt <= RESEND_MS,
  );
  memory.lastEnds = [...(others ?? []), end].slice(-ENDS_MAX);
}

function isEqual(last: HostEnd, ping: Ping): boolean {
  return (
    last.kind === ping.kind &&
    last.digest === ping.digest &&
    last.exitStatus === ping.exitStatus &&
    last.dueAt === ping.dueAt
  );
}

/** Whether pings at both instants would count for the same slot. */
export function isSameSlot(draft: Draft, { from, at }: { from: Instant; at: Instant }): boolean {
  const begun = slotBegunBy(draft, from);
  return begun === slotBegunBy(draft, at) && !isSlotBetween(draft, begun, { from, at });
}

/**
 * Whether, while a slot still waits, the slot after it has come due for the second ping but not for the first. If the first
 * was early for its slot, the second may be as early for the next.
 */
function isSlotBetween({ memory, settings }: Draft, begun: Instant, { from, at }: Since): boolean {
  const { slotAt } = memory;
  if (slotAt === null || slotAt !== begun || everyMs(settings.schedule) !== null) return false;
  const nextAt = nextAfter(settings.schedule, slotAt);
  if (nextAt === null) return false;
  const nearNextAt = nextAt - Math.min(MINUTE_MS, (nextAt - slotAt) / 10);
  return from < nearNextAt && at >= (from < slotAt ? nearNextAt : nextAt);
}

/** Whether a run that was counted late for one slot may have been early for the next (rule 16). */
function isEarlyForNext({ memory, settings }: Draft, from: Instant): boolean {
  const { slotAt, lastSlot } = memory;
  return slotAt !== null && from >= slotAt - earlyMs(settings, lastSlot, slotAt);
}

/** Milliseconds from the slot settled last to the next one. */
function gapMs({ memory, settings }: Draft): number {
  const intervalMs = everyMs(settings.schedule);
  if (intervalMs !== null) return intervalMs;
  if (memory.slotAt === null) return Infinity;
  return memory.lastSlot === null ? 0 : memory.slotAt - memory.lastSlot.dueAt;
}
