import { SECOND_MS } from "../time.ts";
import type { CheckSettings } from "./check.ts";
import type { EndedRun, OpenRun } from "./memory.ts";
import { type Draft, writeRun } from "./draft.ts";
import type { Ping } from "./event.ts";
import { alertTooOften, checkHosts, checkOverlap, isTooOften } from "./limits.ts";
import { deadlineOf } from "./outages.ts";
import { changeRun, correctRun, loseRun, openRun, retryMs } from "./runs.ts";
import { runningRun } from "./run-rows.ts";
import { reviseLastSlot, settleSlots } from "./slots.ts";

const IDLESS_RETRY_MS = 5 * SECOND_MS;

export type Note = "duplicate" | "out-of-order" | null;

/** A run starts, unless it is known already. Answers the note on the ping. */
export function foldStart(draft: Draft, ping: Ping): Note {
  const open = draft.memory.openRuns.find((run) => isSame(draft.settings, run, ping));
  if (open !== undefined) return restart(draft, open, ping);
  const ended = endedEarlier(draft, ping);
  if (ended !== null) return addStart(draft, ended, ping);
  return isStale(draft, ping) ? "out-of-order" : begin(draft, ping);
}

/** A sign of life of a run: extends its limit where the check says so. */
export function foldProgress(draft: Draft, ping: Ping): void {
  if (isTooOften(draft, "pings", ping.at)) alertTooOften(draft, ping);
  if (!draft.settings.progressExtends) return;
  const run = draft.memory.openRuns.findLast(({ rid, host }) =>
    ping.rid === null ? rid === null && host === ping.host : rid === ping.rid,
  );
  if (run !== undefined) extend(draft, run, ping);
}

function begin(draft: Draft, ping: Ping): null {
  // A new check that starts was heard: from now on its run is waited for.
  if (draft.state.status === "new") draft.memory.slotAt = null;
  const often = [isTooOften(draft, "pings", ping.at), isTooOften(draft, "runs", ping.at)].includes(true);
  if (often) alertTooOften(draft, ping);
  checkHosts(draft, ping);
  const run = openRun(draft, ping);
  checkOverlap(draft, ping);
  // With a limit of its own for the run, the grace bounds how late it starts: the start settles the slot.
  if (draft.settings.maxRuntimeSeconds !== null && draft.memory.slotAt !== null) {
    const coming = { at: ping.at, cameAt: ping.at, good: true, runId: run.id };
    const settled = settleSlots(draft, coming);
    if (!settled && draft.memory.lastSlot?.outcome !== "failed") reviseLastSlot(draft, coming);
    changeRun(draft, { ...run, slot: draft.memory.lastSlot });
  }
  return null;
}

/** The run that a start may be the start of again: by its id, or as the open one of its host. */
function isSame(settings: CheckSettings, run: OpenRun, ping: Ping): boolean {
  if (ping.rid !== null) return run.rid === ping.rid;
  if (run.rid !== null || run.host !== ping.host) return false;
  return oneRunPerHost(settings) || (settings.overlap === "allow" && isIdlessRetry(run, ping));
}

function restart(draft: Draft, run: OpenRun, ping: Ping): Note {
  const { settings } = draft;
  if (ping.at < run.startedAt) return startedBefore(draft, run, ping);
  if (settings.progressExtends && ping.rid !== null) {
    foldProgress(draft, ping);
    return null;
  }
  const isRetry =
    ping.rid !== null && run.digest === ping.digest && ping.at - run.startedAt <= retryMs(settings);
  if (isRetry || !oneRunPerHost(settings)) return "duplicate";
  loseRun(draft, run, ping.at);
  return begin(draft, ping);
}

/** Of two starts with one id the first counts; without an id, the older one has been replaced already. */
function startedBefore(draft: Draft, run: OpenRun, ping: Ping): Note {
  if (ping.rid === null) return "out-of-order";
  const deadlineAt =
    run.limitFrom === run.startedAt
      ? deadlineOf(draft, { startedAt: ping.at, limitFrom: ping.at })
      : run.deadlineAt;
  const started = { ...run, startedAt: ping.at, deadlineAt };
  changeRun(draft, started);
  writeRun(draft, runningRun(started));
  return "duplicate";
}

/** By default a start takes the place of the one before it, as the reference has it. */
function oneRunPerHost({ maxRuntimeSeconds, overlap }: CheckSettings): boolean {
  return maxRuntimeSeconds === null && overlap === "allow";
}

function isIdlessRetry(run: OpenRun, ping: Ping): boolean {
  return run.digest === ping.digest && Math.abs(ping.at - run.startedAt) <= IDLESS_RETRY_MS;
}

function extend(draft: Draft, run: OpenRun, { at }: Ping): void {
  const extended = { ...run, limitFrom: Math.max(run.limitFrom, at) };
  changeRun(draft, { ...extended, deadlineAt: Math.max(run.deadlineAt, deadlineOf(draft, extended)) });
}

/** The run that ended before its start was heard. */
function endedEarlier({ memory, settings }: Draft, ping: Ping): EndedRun | null {
  const near = retryMs(settings);
  if (ping.rid === null) {
    const lone = memory.loneRun;
    const fits =
      lone !== null && lone.startedAt === null && lone.host === ping.host && ping.at <= lone.endedAt;
    return fits ? lone : null;
  }
  const ended = memory.recentRuns.findLast(({ rid }) => rid === ping.rid);
  return ended !== undefined && ping.at - ended.endedAt <= near ? ended : null;
}

function addStart(draft: Draft, ended: EndedRun, ping: Ping): Note {
  if (ended.startedAt !== null) return "duplicate";
  if (ping.at > ended.endedAt) return "out-of-order";
  correctRun(draft, { ...ended, startedAt: ping.at });
  if (draft.state.lastPingAt === ended.endedAt) draft.state.lastDurationMs = ended.endedAt - ping.at;
  return "out-of-order";
}

/** A start from before the last pause, or without an id from before the last end: that has closed it. */
function isStale({ state, memory }: Draft, ping: Ping): boolean {
  if (memory.clearedAt !== null && ping.at < memory.clearedAt) return true;
  return ping.rid === null && state.lastPingAt !== null && ping.at < state.lastPingAt;
}
