/** Rules 20, 23, 25, 28 and 37: starts and progress. */

import {
  forgetEnds,
  isFirstRun,
  isWithinResendTime,
  addStartToEnd,
  hasOwnEnd,
  addEarlierStartToEnd,
  findMistakenRepeat,
  countStartRepeat,
  openRunOfHost,
  findOvertakingEnd,
  REPEATS_MAX,
  findRepeatedStart,
} from "./repeats.ts";
import type { EndedRun, HostEnd, OpenRun } from "../memory.ts";
import { type Draft, writeRun } from "../draft.ts";
import { applyEnd } from "./end.ts";
import type { Ping, Slot } from "../event.ts";
import {
  reportTooOften,
  reportOtherHost,
  reportOverlap,
  countTowardsTooOften,
} from "../limits/violations.ts";
import { runDeadline } from "../deadlines/postpone-deadlines.ts";
import {
  RESEND_MS,
  changeRun,
  correctRun,
  abandonForNewer,
  abandonRun,
  openRun,
  rememberLateStart,
  runningRun,
  reopenRun,
  retryMs,
} from "./runs.ts";
import { keepLoggedMetrics } from "./run-metrics.ts";
import type { Arrival } from "../slots/slot-outcome.ts";
import { isBackToBack, makeUp, slotNamedBy } from "../slots/made-up.ts";
import { countForPast, settleSlots } from "../slots/settle-slots.ts";

export type Note = "duplicate" | "started-again" | "out-of-order" | null;

/** Applies a start: it opens a run, unless the run is known already. Returns the note on the ping. */
export function applyStart(draft: Draft, ping: Ping): Note {
  const { rid } = ping;
  const open =
    rid === null ? openRunOfHost(draft, ping) : draft.memory.openRuns.find((run) => run.rid === rid);
  if (open !== undefined) return rid === null ? startAnother(draft, open, ping) : restart(draft, open, ping);
  const ended = findEndedRun(draft, ping);
  if (ended !== null) return addStart(draft, ended, ping);
  if (isStale(draft, ping)) return "out-of-order";
  return rid === null ? beginWithoutId(draft, ping) : begin(draft, ping);
}

/** Applies a sign of life of a run, which extends its limit if `progressExtends` is set. */
export function applyProgress(draft: Draft, ping: Ping): void {
  if (countTowardsTooOften(draft, "pings", ping)) reportTooOften(draft, ping);
  keepLoggedMetrics(draft, ping, runOfProgress(draft, ping));
  if (!draft.settings.progressExtends) return;
  const run = runOfProgress(draft, ping);
  if (run !== undefined) extend(draft, run, ping);
}

function runOfProgress({ memory }: Draft, ping: Ping): OpenRun | undefined {
  return memory.openRuns.findLast(({ rid, host }) =>
    ping.rid === null ? rid === null && host === ping.host : rid === ping.rid,
  );
}

/** A start without a run id may belong to a run whose end came before it, or repeat an earlier start. */
function beginWithoutId(draft: Draft, ping: Ping): Note {
  const { memory } = draft;
  const hadStarts = memory.hasStarts === true;
  memory.hasStarts = true;
  const mistaken = hadStarts ? findMistakenRepeat(draft, ping) : null;
  if (mistaken !== null) return applyOvertakingEnd(draft, mistaken, ping);
  // If runs had no starts so far, a start begins a new run; only that of the very first run may have been overtaken.
  const overtaken = hadStarts || isFirstRun(draft, ping) ? findOvertakingEnd(draft, ping) : null;
  if (overtaken !== null && hadStarts) {
    const { foreign } = overtaken;
    const isExchanged = foreign !== undefined && hasOwnEnd(draft, foreign);
    if (isSlotDue(draft, ping) || (foreign !== undefined && !isExchanged))
      return applyOvertakingEnd(draft, overtaken, ping);
    addStartToEnd(draft, overtaken, ping);
    return "out-of-order";
  }
  const again = findRepeatedStart(draft, ping);
  if (overtaken === null && again === null) return begin(draft, ping);
  if (again !== null) countStartRepeat(draft, again);
  beginUncertain(draft, ping);
  return again === null ? null : "started-again";
}

/** Opens what may or may not be a run: its end is accepted, but not waited for, and it is not counted. */
function beginUncertain(draft: Draft, ping: Ping): void {
  const { outlierAt: _outlierAt, ...run } = openRun(draft, ping);
  changeRun(draft, { ...run, uncertain: "again" });
}

/** Applies a start of a host that has a run open without an id: it repeats that run's start, or replaces the run. */
function startAnother(draft: Draft, open: OpenRun, ping: Ping): Note {
  // A host has one run open at a time, unless overlaps are watched.
  const isSingle =
    draft.settings.overlap === "allow" ||
    open.uncertain !== undefined ||
    ping.at - open.startedAt <= RESEND_MS;
  if (ping.at < open.startedAt && isSingle) return "out-of-order";
  const firstStartAt = open.firstStartAt ?? open.startedAt;
  const startRepeats = (open.startRepeats ?? 0) + 1;
  const isAgain =
    open.digest === ping.digest &&
    isWithinResendTime(draft, { from: firstStartAt, at: ping.at, isSeries: startRepeats > 1 });
  if (isAgain && startRepeats <= REPEATS_MAX) {
    const limitFrom = Math.max(open.limitFrom, ping.at);
    const moved = { ...open, startedAt: ping.at, limitFrom, firstStartAt, startRepeats };
    const later = { ...moved, deadlineAt: Math.max(open.deadlineAt, runDeadline(draft, moved)) };
    changeRun(draft, later);
    writeRun(draft, runningRun(later));
    return "started-again";
  }
  if (!isSingle) return isStale(draft, ping) ? "out-of-order" : begin(draft, ping);
  abandonForNewer(draft, open, ping.at);
  begin(draft, ping, { before: open, ...(isAgain && { firstStartAt, startRepeats: REPEATS_MAX }) });
  return "started-again";
}

type Begun = { before?: OpenRun } & Pick<OpenRun, "firstStartAt" | "startRepeats">;

function begin(draft: Draft, ping: Ping, { before, ...repeated }: Begun = {}): null {
  // A new check has had its first ping: from now on this run is waited for instead of the first slot.
  if (draft.state.status === "new") draft.memory.slotAt = null;
  // A run that waited for the end of another is for an earlier slot, and is not counted.
  const counted = isBackToBack(draft, ping.at) ? [] : (["pings", "runs"] as const);
  const isTooOften = counted.map((what) => countTowardsTooOften(draft, what, ping)).includes(true);
  if (isTooOften) reportTooOften(draft, ping);
  reportOtherHost(draft, ping);
  const opened = openRun(draft, ping);
  const run = { ...opened, ...repeated, ...(before !== undefined && replacementOf(draft, before, opened)) };
  if (before !== undefined) changeRun(draft, run);
  reportOverlap(draft, ping);
  // If a max runtime limits the run, the grace limits only how late it starts, so the start settles the slot.
  if (draft.settings.maxRuntimeSeconds !== null && draft.memory.slotAt !== null) {
    const namedAt = slotNamedBy(draft, ping.dueAt, ping.at);
    const coming = {
      at: ping.at,
      arrivedAt: ping.at,
      good: true,
      runId: run.id,
      isBackToBack: isBackToBack(draft, ping.at),
      ...(namedAt !== undefined && { namedAt }),
    };
    changeRun(draft, { ...run, slot: slotOfStart(draft, coming) });
  }
  return null;
}

function slotOfStart(draft: Draft, coming: Arrival): Slot | null {
  if (settleSlots(draft, coming)) return draft.memory.lastSlot;
  // The start of another run does not mend a slot that an earlier run failed.
  const isFailed = draft.memory.lastSlot?.outcome === "failed";
  return (isFailed ? makeUp(draft, coming) : countForPast(draft, coming)) ?? draft.memory.lastSlot;
}

/**
 * A run that replaces another has its own limit. If starts settle the slots, a run that replaces a replacement keeps the
 * earlier deadline: otherwise starts that never get an end would notify nobody.
 */
function replacementOf({ settings }: Draft, before: OpenRun, run: OpenRun): Partial<OpenRun> {
  if (before.overlong || before.uncertain !== undefined) return {};
  if (before.replaced !== true || settings.maxRuntimeSeconds === null) return { replaced: true };
  return { replaced: true, deadlineAt: Math.min(run.deadlineAt, before.deadlineAt) };
}

/** Whether a slot still waits that the end of this run should have met: the end was taken for that of another run. */
function isSlotDue({ memory: { slotAt } }: Draft, { at }: Ping): boolean {
  return slotAt !== null && slotAt <= at;
}

/** Applies again an end that came just before its start, and was taken for a repeat or for the end of another run. */
function applyOvertakingEnd(draft: Draft, end: HostEnd, { metrics: _metrics, ...ping }: Ping): Note {
  const { kind, exitStatus, digest, foreign, metrics } = end;
  forgetEnds(draft, ping);
  if (foreign !== undefined) reopenRun(draft, foreign);
  // Now that its start is known, it must not end the run of another host.
  const { memory } = draft;
  const others = memory.openRuns.filter(({ rid, host }) => rid === null && host !== ping.host);
  memory.openRuns = memory.openRuns.filter((run) => !others.includes(run));
  applyEnd(draft, { ...ping, kind, exitStatus, digest, ...(metrics !== undefined && { metrics }) });
  memory.openRuns = [...memory.openRuns, ...others].toSorted((one, other) => one.startedAt - other.startedAt);
  return "out-of-order";
}

function restart(draft: Draft, run: OpenRun, ping: Ping): Note {
  const { settings } = draft;
  if (ping.at < run.startedAt) return moveStartBack(draft, run, ping);
  if (settings.progressExtends) {
    applyProgress(draft, ping);
    return null;
  }
  const isRetry = run.digest === ping.digest && ping.at - run.startedAt <= retryMs(settings);
  if (isRetry || settings.maxRuntimeSeconds !== null || settings.overlap !== "allow") return "duplicate";
  abandonRun(draft, run, ping.at);
  return begin(draft, ping);
}

/** Of two starts with the same id the earlier one counts. */
function moveStartBack(draft: Draft, run: OpenRun, ping: Ping): Note {
  const deadlineAt =
    run.limitFrom === run.startedAt
      ? runDeadline(draft, { startedAt: ping.at, limitFrom: ping.at })
      : run.deadlineAt;
  const started = { ...run, startedAt: ping.at, deadlineAt };
  changeRun(draft, started);
  writeRun(draft, runningRun(started));
  return "duplicate";
}

function extend(draft: Draft, run: OpenRun, { at }: Ping): void {
  const extended = { ...run, limitFrom: Math.max(run.limitFrom, at) };
  changeRun(draft, { ...extended, deadlineAt: Math.max(run.deadlineAt, runDeadline(draft, extended)) });
}

/** The run whose end came before this start of it. */
function findEndedRun(draft: Draft, ping: Ping): EndedRun | null {
  const { memory, settings } = draft;
  if (ping.rid === null) {
    const last = memory.endOnlyRun;
    const fits =
      last !== null && last.startedAt === null && last.host === ping.host && ping.at <= last.endedAt;
    return fits ? last : null;
  }
  const ended = memory.recentRuns.findLast(({ rid }) => rid === ping.rid);
  if (ended === undefined) return null;
  const isNear =
    ping.at - ended.endedAt <= Math.max(RESEND_MS, retryMs(settings)) ||
    (ended.lateStartAt !== undefined && ping.at - ended.lateStartAt <= RESEND_MS);
  return isNear ? ended : null;
}

function addStart(draft: Draft, ended: EndedRun, ping: Ping): Note {
  if (ended.startedAt !== null) return "duplicate";
  if (ping.at > ended.endedAt) {
    if (ended.lateStartAt === undefined) rememberLateStart(draft, ended, ping);
    return "out-of-order";
  }
  correctRun(draft, { ...ended, startedAt: ping.at });
  addEarlierStartToEnd(draft, ended, ping);
  if (draft.state.lastPingAt === ended.endedAt) draft.state.lastDurationMs = ended.endedAt - ping.at;
  return "out-of-order";
}

/** Whether a start is older than the last pause or resume or, without an id, than the last end: its run is closed then. */
function isStale({ state, memory }: Draft, ping: Ping): boolean {
  if (memory.clearedAt !== null && ping.at < memory.clearedAt) return true;
  return ping.rid === null && state.lastPingAt !== null && ping.at < state.lastPingAt;
}
