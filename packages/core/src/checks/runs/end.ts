/** Rules 22, 24 to 26, 29 and 29a: what the end of a run does to the check. */

import { everyMs, type Instant, SECOND_MS } from "@overdue/schedules";
import {
  findRepeatedEnd,
  mayBeRepeat,
  isSameSlot,
  countEndRepeat,
  openRunOfHost,
  rememberEnd,
} from "./repeats.ts";
import type { EndedRun, HostEnd, OpenRun } from "../memory.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import type { MetricFinding, Ping, Slot } from "../event.ts";
import { goDown, goUp, writeNotice, type Violation } from "../state/flips.ts";
import type { MetricValues } from "../../metrics/read-metrics.ts";
import { reportTooOften, reportOtherHost, countTowardsTooOften } from "../limits/violations.ts";
import { endedBefore, isRetry, matchRun } from "./match-end.ts";
import { applyLateDelivery } from "./late-delivery.ts";
import {
  correctRun,
  endRun,
  recordEndOnlyRun,
  abandonForNewer,
  keepBeside,
  abandonRun,
  reportedBy,
} from "./runs.ts";
import { isBackToBack, makeUp, slotNamedBy } from "../slots/made-up.ts";
import { countForPast, meetAhead, settleSlots } from "../slots/settle-slots.ts";
import { failSlot, reviseLastSlot } from "../slots/write-slots.ts";
import type { Arrival } from "../slots/slot-outcome.ts";
import type { Note } from "./start.ts";
import { applyViolation, applySuccess } from "../state/tolerance.ts";
import { learnDuration } from "../learning/learn-durations.ts";
import { learnMetrics } from "../learning/learn-metrics.ts";
import { beyondLimitsOf, withLoggedMetrics } from "./run-metrics.ts";

/** What became of the run that a success or a fail ended. */
type Ended = {
  id: string;
  /** The run as it was while it was open; null where none was, or it had been ended before. */
  run: OpenRun | null;
  /** The slot that its start was counted for. */
  slot: Slot | null;
  startedAt: Instant;
  /** Its start, if that was received and this is its first end. */
  begunAt: Instant | null;
  durationMs: number | null;
  /** No start was received, so the run begins with its end. */
  isEndOnly: boolean;
  good: boolean;
  /** What it reported, and what of that is beyond a limit; that is none for a fail. */
  metrics: MetricValues;
  beyondLimits: MetricFinding[];
  /** It began right at the end of the run before (rule 43). */
  isBackToBack: boolean;
};

/** A success or a fail: it ends a run, settles slots, and decides the status. Returns the note on the ping. */
export function applyEnd(draft: Draft, ping: Ping): Note {
  const { memory } = draft;
  const before = endedBefore(draft, ping);
  if (before !== null && isRetry(before, ping)) return "duplicate";
  const repeated = findRepeatedEnd(draft, ping);
  if (repeated !== null) return applyRepeatedEnd(draft, repeated, ping);
  const isStale = memory.verdictAt !== null && ping.at < memory.verdictAt;
  const ended = closeRun(draft, ping);
  if (isStale) {
    if (ping.isLate === true) applyLateDelivery(draft, buildArrival(draft, ping, ended), ended.run);
    if (ended.good) meetAhead(draft, buildArrival(draft, ping, ended));
    else failLate(draft, ping, ended);
    return "out-of-order";
  }
  abandonOverlong(draft, ping, ended);
  rememberEnd(draft, ping, ended.run);
  recordEnd(draft, ping, ended.durationMs);
  const isTooOften = countEnd(draft, ping, ended);
  settleEnd(draft, ping, ended);
  if (!ended.good) applyViolation(draft, buildViolation(draft, ping, ended));
  const isOutlier = learnFromRun(draft, ping, ended);
  const hasOutliers = ended.good && learnMetrics(draft, { ...ended, at: ping.at });
  if (isTooOften) reportTooOften(draft, ping);
  else if (ended.good && !isOutlier && !hasOutliers) applySuccess(draft, ping.at);
  return null;
}

/** The same end again: it changes nothing, except that its run may have been made up for a missed slot. */
function applyRepeatedEnd(draft: Draft, repeated: HostEnd, ping: Ping): Note {
  const outcome = ping.kind === "success" ? "success" : "fail";
  const begun = openRunOfHost(draft, ping);
  if (begun?.uncertain !== undefined && begun.startedAt <= ping.at)
    endRun(draft, begun, { ping, outcome, durationMs: ping.at - begun.startedAt, guessed: true });
  countEndRepeat(draft, repeated, ping);
  // If several runs may be open at once, this may have been the end of one of them.
  const { maxRuntimeSeconds, overlap } = draft.settings;
  const match = maxRuntimeSeconds === null && overlap === "allow" ? null : matchRun(draft, ping);
  if (begun !== undefined && begun.uncertain !== "again" && match !== null && match.run.rid === null) {
    endRun(draft, match.run, { ping, outcome, durationMs: null, guessed: true });
    keepBeside(draft, match.run);
  }
  const coming = { at: ping.at, arrivedAt: ping.at, good: ping.kind === "success", runId: ping.id };
  if (!coming.good || begun !== undefined || makeUp(draft, coming) === null) return "duplicate";
  recordEndOnlyRun(draft, ping, outcome);
  return null;
}

/** Adds a good run to the baseline. Returns whether the check went down because of its duration. */
function learnFromRun(draft: Draft, { at }: Ping, { id, run, good, durationMs }: Ended): boolean {
  const isSure = run?.firstStartAt === undefined && run?.replaced !== true;
  if (!good || durationMs === null || !isSure) return false;
  const isWatched = draft.settings.outlierRuns !== "allow" && run !== null && !run.overlong;
  const isReported = isWatched && run.outlierAt === undefined;
  return learnDuration(draft, { id, at, durationMs, isReported });
}

function closeRun(draft: Draft, sent: Ping): Ended {
  const ping = withLoggedMetrics(draft, sent);
  const before = endedBefore(draft, ping);
  if (before !== null) return correctEndedRun(draft, before, ping);
  abandonRepeatedStart(draft, ping);
  const match = matchRun(draft, ping);
  const saidMs = ping.durationMs ?? null;
  const durationMs = match?.timed === true ? ping.at - match.run.startedAt : saidMs;
  const beyondLimits = beyondLimitsOf(draft, match?.run ?? null, ping);
  const good =
    isGood(draft, ping, match?.timed === true ? longestMs(match.run, ping) : saidMs) &&
    beyondLimits.length === 0;
  const outcome = good ? "success" : "fail";
  if (match === null) recordEndOnlyRun(draft, ping, outcome);
  else endRun(draft, match.run, { ping, outcome, durationMs, guessed: match.guessed });
  if (match !== null && match.run.rid === null && mayBeRepeat(draft, ping)) keepBeside(draft, match.run);
  if (match !== null) abandonOtherRuns(draft, match.run, ping);
  const run = match?.run ?? null;
  // Of a run that is delivered late as a whole, its client says when it began.
  const saidAt = ping.isLate === true && saidMs !== null ? ping.at - saidMs : null;
  const begunAt = firstStartOf(run) ?? saidAt;
  return {
    id: run?.id ?? ping.id,
    run,
    slot: run?.slot ?? null,
    startedAt: begunAt ?? ping.at,
    begunAt,
    durationMs,
    isEndOnly: run === null,
    good,
    metrics: reportedBy(run, ping).metrics ?? {},
    beyondLimits,
    isBackToBack: isBackToBack(draft, begunAt ?? ping.at),
  };
}

/** The true end of a run that was given up, or ended by a guess, corrects the run; a second end changes nothing. */
function correctEndedRun(draft: Draft, before: EndedRun, ping: Ping): Ended {
  // The clocks of two receivers may put an end before its start; the duration is unknown then.
  const timedFrom = before.startedAt !== null && before.startedAt <= ping.at ? before.startedAt : null;
  const durationMs = before.guessed && timedFrom !== null ? ping.at - timedFrom : null;
  const beyondLimits = beyondLimitsOf(draft, before, ping);
  const good = isGood(draft, ping, durationMs) && beyondLimits.length === 0;
  const reported = reportedBy(before, ping);
  if (before.guessed) {
    const { at: endedAt, exitStatus, digest } = ping;
    const endedBy = ping.kind === "fail" ? "fail" : "success";
    const outcome = good ? "success" : "fail";
    correctRun(draft, {
      ...before,
      ...reported,
      startedAt: timedFrom,
      guessed: false,
      endedAt,
      exitStatus,
      digest,
      endedBy,
      outcome,
    });
  }
  const startedAt = timedFrom ?? before.endedAt;
  const begunAt = before.guessed ? timedFrom : null;
  const slot = before.slot ?? null;
  return {
    id: before.id,
    run: null,
    slot,
    startedAt,
    begunAt,
    durationMs,
    isEndOnly: false,
    good,
    metrics: reported.metrics ?? {},
    beyondLimits,
    isBackToBack: false,
  };
}

function isGood({ settings }: Draft, ping: Ping, durationMs: number | null): boolean {
  const minMs = (settings.minRuntimeSeconds ?? 0) * SECOND_MS;
  return ping.kind === "success" && (durationMs === null || durationMs >= minMs);
}

/** Without run ids a host has one run open at a time, so after an end its other runs are no longer waited for. */
function abandonOtherRuns(draft: Draft, { rid, host, id }: OpenRun, { at }: Ping): void {
  if (rid !== null || draft.settings.overlap !== "allow") return;
  for (const other of draft.memory.openRuns)
    if (other.rid === null && other.host === host && other.id !== id && other.startedAt <= at)
      abandonForNewer(draft, other, at);
}

/** A start that may have been a repeat was one if nothing ended its run before the next slot was due. */
function abandonRepeatedStart(draft: Draft, ping: Ping): void {
  const begun = openRunOfHost(draft, ping);
  if (begun?.uncertain !== "again" || ping.rid !== null || begun.startedAt > ping.at) return;
  if (!isSameSlot(draft, { from: begun.startedAt, at: ping.at })) abandonRun(draft, begun, ping.at);
}

/** The longest that a run can have taken, in milliseconds; null if that is not known. */
function longestMs(run: OpenRun, { at }: Ping): number | null {
  return run.replaced === true ? null : at - (run.firstStartAt ?? run.startedAt);
}

/** A repeated start moves the run's start, so the first one is kept beside it. */
function firstStartOf(run: OpenRun | null): Instant | null {
  return run?.firstStartAt ?? run?.startedAt ?? null;
}

/** Gives up the overlong runs that started before the run which has ended. */
function abandonOverlong(draft: Draft, ping: Ping, { startedAt }: Ended): void {
  for (const open of draft.memory.openRuns)
    if (open.overlong && open.startedAt < startedAt) abandonRun(draft, open, ping.at);
}

function recordEnd({ state, memory }: Draft, { at }: Ping, durationMs: number | null): void {
  state.lastPingAt = Math.max(state.lastPingAt ?? at, at);
  state.lastDurationMs = durationMs;
  memory.verdictAt = at;
}

/** Counts the end against the limits. Returns whether there were too many. */
function countEnd(draft: Draft, ping: Ping, ended: Ended): boolean {
  const { isEndOnly, begunAt, run, slot } = ended;
  if (isEndOnly) reportOtherHost(draft, ping);
  // Not counted: a start that may be no run at all, a run for an earlier slot, and one that waited for the run before.
  if (run?.uncertain !== undefined || slot?.outcome === "missed" || ended.isBackToBack) return false;
  const pings = countTowardsTooOften(draft, "pings", { ...ping, begunAt: begunAt ?? ping.at });
  return (isEndOnly && countTowardsTooOften(draft, "runs", ping)) || pings;
}

function buildArrival(draft: Draft, { at, dueAt }: Ping, ended: Ended): Arrival {
  const { id, run, begunAt, good } = ended;
  const namedAt = slotNamedBy(draft, dueAt ?? run?.dueAt, at);
  const coming = { at, arrivedAt: begunAt ?? at, good, runId: id, isBackToBack: ended.isBackToBack };
  return namedAt === undefined ? coming : { ...coming, namedAt };
}

function settleEnd(draft: Draft, ping: Ping, ended: Ended): void {
  const { run, slot, good, id } = ended;
  const coming = buildArrival(draft, ping, ended);
  const isFixed = everyMs(draft.settings.schedule) === null;
  const isExtra =
    isFixed && run?.uncertain === "again" && isSameSlot(draft, { from: run.startedAt, at: ping.at });
  if (slot === null) {
    if (isExtra || !settleSlots(draft, coming)) countForPast(draft, coming);
  } else if (draft.memory.lastSlot?.dueAt === slot.dueAt) {
    reviseLastSlot(draft, coming);
  } else if (!good) {
    failSlot(draft, slot, { at: ping.at, runId: id });
  }
}

function buildViolation(draft: Draft, ping: Ping, { id, durationMs, beyondLimits }: Ended): Violation {
  const reason = ping.kind === "fail" ? "failed" : beyondLimits.length > 0 ? "metric-limit" : "too-quick";
  const limitMs = reason === "too-quick" ? (draft.settings.minRuntimeSeconds ?? 0) * SECOND_MS : null;
  const { exitStatus } = ping;
  const evidence = {
    exitStatus,
    runId: id,
    pingNumber: draft.pingNumber,
    durationMs,
    limitMs,
    ...(reason === "metric-limit" && { metrics: beyondLimits }),
  };
  return { at: ping.at, reason, evidence: evidenceOf(draft, evidence) };
}

/** Reports a failure that arrives after a newer end. A check that was up goes down and, with that end, up again. */
function failLate(draft: Draft, ping: Ping, ended: Ended): void {
  const { state, memory, settings } = draft;
  const violation = buildViolation(draft, ping, ended);
  const wasUp = state.status === "up" && memory.flippedAt !== null && memory.flippedAt <= ping.at;
  if (wasUp && settings.tolerance === null && settings.recoverAfter === 1) {
    goDown(draft, violation);
    goUp(draft, state.lastPingAt ?? ping.at);
  } else {
    writeNotice(draft, violation);
  }
}
