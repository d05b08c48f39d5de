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
/** A start may arrive so long after the end of its run whatever is due by then. */
const OVERTAKEN_MS = 10 * SECOND_MS;
const ENDS_MAX = 8;

type Since = { from: Instant; at: Instant; isSeries?: boolean };
const NO_ENDS: readonly HostEnd[] = [];

/** The end that this one, which carries no run id, says again. */
export function findRepeatedEnd(draft: Draft, ping: Ping): HostEnd | null {
  const ends = endsOf(draft, ping);
  // A success between two failures, or the other way round, makes the second one new.
  if (ends.at(-1)?.kind !== ping.kind) return null;
  const last = ends.findLast((end) => isEqual(end, ping));
  if (last === undefined || last.repeats >= REPEATS_MAX) return null;
  const begun = openRunOfHost(draft, ping) ?? takenRunOf(draft, ping);
  const isBegun = begun !== undefined && begun.uncertain !== "again" && begun.startedAt > last.endedAt;
  if (isBegun && !isTooQuickFor(draft, begun, ping)) return null;
  const isAgain =
    last.startedAt === null
      ? isWithinResendTime(draft, { from: last.endedAt, at: ping.at })
      : ping.at - last.endedAt <= RESEND_MS;
  return isAgain ? last : null;
}

/** Whether an end equals one from shortly before, so that it may be that one again, whatever has begun since. */
export function mayBeRepeat(draft: Draft, ping: Ping): boolean {
  return endsOf(draft, ping).some((end) => isEqual(end, ping) && ping.at - end.endedAt <= RESEND_MS);
}

/** The run before is said again just after the next one has started: for that one it would be too quick. */
function isTooQuickFor(draft: Draft, run: OpenRun, { at }: Ping): boolean {
  const { minRuntimeSeconds } = draft.settings;
  const isQuick = minRuntimeSeconds !== null && at - run.startedAt < minRuntimeSeconds * SECOND_MS;
  return isQuick && gapMs(draft) > 2 * RESEND_MS;
}

/** The last end of the host, where this start may be the repeat of the start of its run. */
export function findRepeatedStart(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  if (last === null || last.startedAt === null) return findEndTakenForOtherHost(draft, ping);
  if (last.startRepeats >= REPEATS_MAX) return null;
  const since = { from: last.startedAt, at: ping.at, isSeries: last.startRepeats > 0 };
  return last.startDigest === ping.digest && isWithinResendTime(draft, since)
    ? last
    : findEndTakenForOtherHost(draft, ping);
}

/** The end of another host that was taken for the one of this host's run, whose start may come again. */
function findEndTakenForOtherHost(draft: Draft, { host, digest, at }: Ping): HostEnd | null {
  const end = draft.memory.lastEnds?.findLast(({ foreign }) => foreign?.host === host);
  const run = end?.foreign;
  if (end === undefined || run === undefined || end.startRepeats >= REPEATS_MAX) return null;
  const since = { from: run.firstStartAt ?? run.startedAt, at, isSeries: end.startRepeats > 0 };
  return run.digest === digest && isWithinResendTime(draft, since) ? end : null;
}

/** Whether everything that was ever heard of the check, repeats and other hosts aside, is the end of a run just now. */
export function isFirstRun({ memory, pingNumber }: Draft, { at }: Ping): boolean {
  const ofEnds = (memory.lastEnds ?? NO_ENDS)
    .filter(({ endedAt }) => at - endedAt <= RESEND_MS)
    .map(({ repeats, startedAt, startRepeats }) => 1 + repeats + (startedAt === null ? 0 : 1 + startRepeats));
  const ofStarts = memory.openRuns.map(({ startRepeats = 0 }) => 1 + startRepeats);
  const known = [...ofEnds, ...ofStarts].reduce((sum, count) => sum + count, 0);
  return (pingNumber ?? 0) - 1 <= known;
}

/** The end without a start, of this host, that overtook this start. */
export function findOvertakingEnd(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  if (last === null || last.startedAt !== null) return null;
  const isItsStart =
    ping.at - last.endedAt <= OVERTAKEN_MS || isWithinResendTime(draft, { from: last.endedAt, at: ping.at });
  return isItsStart ? last : null;
}

/** The end that was taken for a repeat just before this start, though a slot was due for it by then. */
export function findMistakenRepeat(draft: Draft, ping: Ping): HostEnd | null {
  const last = lastEndOf(draft, ping);
  const withinMs = Math.max(OVERTAKEN_MS, Math.min(RESEND_MS, gapMs(draft) / 10));
  if (last === null || last.repeatedAt <= last.endedAt || ping.at - last.repeatedAt > withinMs) return null;
  if (everyMs(draft.settings.schedule) !== null)
    return last.repeatedAt - last.endedAt <= gapMs(draft) / 2 ? null : last;
  return isSameSlot(draft, { from: last.endedAt, at: last.repeatedAt }) ? null : last;
}

/**
 * Within the time in which a ping is sent again, and no slot has come due for another run; where one has, runs do
 * not follow each other within a tenth of the time between slots either. Within half of that time in a series (the
 * client has sent it again before, so it gets no answers), and where the first may have been early for that slot.
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

/** The run of the ping's host that another host's end was taken for. */
function takenRunOf({ memory }: Draft, { host }: Ping): OpenRun | undefined {
  return memory.lastEnds?.findLast(({ foreign }) => foreign?.host === host)?.foreign;
}

/** Remembers an end without a run id, and the start of the run that it ended. */
export function rememberEnd(draft: Draft, ping: Ping, run: OpenRun | null): void {
  if (ping.rid !== null || (ping.kind !== "success" && ping.kind !== "fail")) return;
  const { host, kind, digest, exitStatus, at, dueAt } = ping;
  // The sixth repeat is none: a job that is stuck in a loop is not forgiven five of its pings time and again.
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
  });
}

/**
 * Whether an equal ping with the run id of one heard at `from` is a retry of it: no slot has come due for another run, or
 * it follows sooner than runs do.
 */
export function isRetryOf(draft: Draft, { from, at }: Since): boolean {
  const { settings, memory } = draft;
  if (Math.abs(at - from) <= retryMs(settings)) return true;
  const isBeforeDue = memory.slotAt === null || at < memory.slotAt;
  return at >= from && at - from <= RESEND_MS && (isBeforeDue || isWithinResendTime(draft, { from, at }));
}

/** Notes that an end was heard again. */
export function countEndRepeat(draft: Draft, last: HostEnd, { at: repeatedAt }: Ping): void {
  putEnd(draft, { ...last, repeats: last.repeats + 1, repeatedAt });
}

/** Notes that the start of an ended run was heard again. */
export function countStartRepeat(draft: Draft, last: HostEnd): void {
  putEnd(draft, { ...last, startRepeats: last.startRepeats + 1 });
}

/** Forgets what this host sent: the next end is none of it. */
export function forgetEnds({ memory }: Draft, { host }: Ping): void {
  memory.lastEnds = memory.lastEnds?.filter((end) => end.host !== host) ?? NO_ENDS;
}

/** Notes that this start belongs to the run of which only the end was heard. */
export function addStartToEnd(draft: Draft, last: HostEnd, ping: Ping): void {
  putEnd(draft, { ...last, startedAt: ping.at, startDigest: ping.digest });
}

/** Notes the start of the run that an end without one has ended, where it is older than that. */
export function addEarlierStartToEnd(draft: Draft, { endedAt, host, rid }: EndedRun, ping: Ping): void {
  const last = draft.memory.lastEnds?.find(
    (end) => rid === null && end.host === host && end.endedAt === endedAt,
  );
  if (last !== undefined) addStartToEnd(draft, last, ping);
}

/**
 * Whether the host of a run that another host's end was taken for has sent its own end since: the two were only
 * exchanged, and that end is known for the one of this run. What came after it and was taken for its start was the start
 * of this run again.
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

/** What this host sent before, as far as it may still be sent again. */
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

/** Whether both fall to the same slot. */
export function isSameSlot(draft: Draft, { from, at }: { from: Instant; at: Instant }): boolean {
  const begun = slotBegunBy(draft, from);
  return begun === slotBegunBy(draft, at) && !isSlotBetween(draft, begun, { from, at });
}

/**
 * Whether the slot after one that still waits has come due for the second, and not for the first. Where the first was
 * early for that one, so may the second be for the one after it.
 */
function isSlotBetween({ memory, settings }: Draft, begun: Instant, { from, at }: Since): boolean {
  const { slotAt } = memory;
  if (slotAt === null || slotAt !== begun || everyMs(settings.schedule) !== null) return false;
  const nextAt = nextAfter(settings.schedule, slotAt);
  if (nextAt === null) return false;
  const nearNextAt = nextAt - Math.min(MINUTE_MS, (nextAt - slotAt) / 10);
  return from < nearNextAt && at >= (from < slotAt ? nearNextAt : nextAt);
}

/** Whether what was counted late for a slot that was left out may have been early for the next one (rule 16). */
function isEarlyForNext({ memory, settings }: Draft, from: Instant): boolean {
  const { slotAt, lastSlot } = memory;
  return slotAt !== null && from >= slotAt - earlyMs(settings, lastSlot, slotAt);
}

/** From the slot settled last to the next one. */
function gapMs({ memory, settings }: Draft): number {
  const intervalMs = everyMs(settings.schedule);
  if (intervalMs !== null) return intervalMs;
  if (memory.slotAt === null) return Infinity;
  return memory.lastSlot === null ? 0 : memory.slotAt - memory.lastSlot.dueAt;
}
