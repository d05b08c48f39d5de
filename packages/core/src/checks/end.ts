import { type Instant, SECOND_MS } from "@overdue/schedules";
import { endAgain, isDoubtful, isSameTurn, noteAgain, openRunOf, rememberEnd } from "./again.ts";
import type { EndedRun, HostEnd, OpenRun } from "./memory.ts";
import { type Draft, evidenceOf } from "./draft.ts";
import type { Ping, Slot } from "./event.ts";
import { goDown, goUp, notice, type Trouble } from "./flips.ts";
import { alertTooOften, checkHosts, isTooOften } from "./limits.ts";
import { endedBefore, isRetry, matchRun } from "./match.ts";
import { correctRun, endRun, endUnstartedRun, giveUpFor, keepBeside, loseRun } from "./runs.ts";
import { countForPast, failSlot, makeUp, meetAhead, reviseLastSlot, settleSlots } from "./slots.ts";
import type { Coming } from "./slot-outcome.ts";
import type { Note } from "./start.ts";
import { judgeBad, judgeGood } from "./tolerance.ts";
import { learnDuration } from "./usual.ts";

/** What became of the run that a success or a fail ended. */
type Ended = {
  id: string;
  /** Its start, where that was waited for till now. */
  run: OpenRun | null;
  /** The slot that its start was counted for. */
  slot: Slot | null;
  startedAt: Instant;
  /** Its start, where that was heard and this is its first end. */
  begunAt: Instant | null;
  durationMs: number | null;
  began: boolean;
  good: boolean;
};

/** A success or a fail: it ends a run, settles slots, and decides the status. Answers the note on the ping. */
export function foldEnd(draft: Draft, ping: Ping): Note {
  const { memory } = draft;
  const before = endedBefore(draft, ping);
  if (before !== null && isRetry(before, ping)) return "duplicate";
  const said = endAgain(draft, ping);
  if (said !== null) return hearAgain(draft, said, ping);
  const isStale = memory.verdictAt !== null && ping.at < memory.verdictAt;
  const ended = closeRun(draft, ping);
  if (isStale) {
    if (ended.good) meetAhead(draft, comingOf(ping, ended));
    else failLate(draft, ping, ended);
    return "out-of-order";
  }
  giveUpHung(draft, ping, ended);
  rememberEnd(draft, ping, ended.run);
  hear(draft, ping, ended.durationMs);
  const often = countEnd(draft, ping, ended);
  settle(draft, ping, ended);
  if (!ended.good) judgeBad(draft, troubleOf(draft, ping, ended));
  const unusual = learn(draft, ping, ended);
  if (often) alertTooOften(draft, ping);
  else if (ended.good && !unusual) judgeGood(draft, ping.at);
  return null;
}

/** The same end again: it changes nothing, but for a missed slot that it may have been made up for. */
function hearAgain(draft: Draft, said: HostEnd, ping: Ping): Note {
  const outcome = ping.kind === "success" ? "success" : "fail";
  const begun = openRunOf(draft, ping);
  if (begun?.perhaps !== undefined && begun.startedAt <= ping.at)
    endRun(draft, begun, { ping, outcome, durationMs: ping.at - begun.startedAt, guessed: true });
  noteAgain(draft, said, ping);
  // Of runs that go on beside each other one may have ended so.
  const { maxRuntimeSeconds, overlap } = draft.settings;
  const match = maxRuntimeSeconds === null && overlap === "allow" ? null : matchRun(draft, ping);
  if (begun !== undefined && begun.perhaps !== "again" && match !== null && match.run.rid === null) {
    endRun(draft, match.run, { ping, outcome, durationMs: null, guessed: true });
    keepBeside(draft, match.run);
  }
  const coming = { at: ping.at, cameAt: ping.at, good: ping.kind === "success", runId: ping.id };
  if (!coming.good || begun !== undefined || makeUp(draft, coming) === null) return "duplicate";
  endUnstartedRun(draft, ping, outcome);
  return null;
}

/** Answers whether the check went down for how long this took. */
function learn(draft: Draft, { at }: Ping, { id, run, good, durationMs }: Ended): boolean {
  const isSure = run?.since === undefined && run?.replaced !== true;
  if (!good || durationMs === null || !isSure) return false;
  const waitedFor = draft.settings.unusualRuns !== "allow" && run !== null && !run.overlong;
  const isSaid = waitedFor && run.unusualAt === undefined;
  return learnDuration(draft, { id, at, durationMs, isSaid });
}

function closeRun(draft: Draft, ping: Ping): Ended {
  const before = endedBefore(draft, ping);
  if (before !== null) return closeAgain(draft, before, ping);
  dropStartAgain(draft, ping);
  const match = matchRun(draft, ping);
  const durationMs = match?.timed === true ? ping.at - match.run.startedAt : null;
  const good = isGood(draft, ping, match?.timed === true ? longestMs(match.run, ping) : null);
  const outcome = good ? "success" : "fail";
  if (match === null) endUnstartedRun(draft, ping, outcome);
  else endRun(draft, match.run, { ping, outcome, durationMs, guessed: match.guessed });
  if (match !== null && match.run.rid === null && isDoubtful(draft, ping)) keepBeside(draft, match.run);
  if (match !== null) giveUpOthers(draft, match.run, ping);
  const run = match?.run ?? null;
  const startedAt = run?.since ?? run?.startedAt ?? ping.at;
  return {
    id: run?.id ?? ping.id,
    run,
    slot: run?.slot ?? null,
    startedAt,
    begunAt: run?.since ?? run?.startedAt ?? null,
    durationMs,
    began: run === null,
    good,
  };
}

/** The true end of a run that was given up, or ended by a guess, corrects it; a second end leaves it as it is. */
function closeAgain(draft: Draft, before: EndedRun, ping: Ping): Ended {
  // Two receivers' clocks may put an end before its start; that start then times nothing.
  const timedFrom = before.startedAt !== null && before.startedAt <= ping.at ? before.startedAt : null;
  const durationMs = before.guessed && timedFrom !== null ? ping.at - timedFrom : null;
  const good = isGood(draft, ping, durationMs);
  if (before.guessed) {
    const { at: endedAt, exitStatus, digest } = ping;
    const endedBy = ping.kind === "fail" ? "fail" : "success";
    const outcome = good ? "success" : "fail";
    correctRun(draft, {
      ...before,
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
  return { id: before.id, run: null, slot, startedAt, begunAt, durationMs, began: false, good };
}

function isGood({ settings }: Draft, ping: Ping, durationMs: number | null): boolean {
  const minMs = (settings.minRuntimeSeconds ?? 0) * SECOND_MS;
  return ping.kind === "success" && (durationMs === null || durationMs >= minMs);
}

/** Without run ids a host has one run open at a time, so none of its others is waited for after an end. */
function giveUpOthers(draft: Draft, { rid, host, id }: OpenRun, { at }: Ping): void {
  if (rid !== null || draft.settings.overlap !== "allow") return;
  for (const other of draft.memory.openRuns)
    if (other.rid === null && other.host === host && other.id !== id && other.startedAt <= at)
      giveUpFor(draft, other, at);
}

/** A start that may have been a repeat was one, if nothing ended its run before the next slot was due. */
function dropStartAgain(draft: Draft, ping: Ping): void {
  const begun = openRunOf(draft, ping);
  if (begun?.perhaps !== "again" || ping.rid !== null || begun.startedAt > ping.at) return;
  if (!isSameTurn(draft, { from: begun.startedAt, at: ping.at })) loseRun(draft, begun, ping.at);
}

/** How long a run took at most; null where that is not known. */
function longestMs({ since, replaced, startedAt }: OpenRun, { at }: Ping): number | null {
  return replaced === true ? null : at - (since ?? startedAt);
}

/** Runs that broke their limit before this one started will not be waited for any longer. */
function giveUpHung(draft: Draft, ping: Ping, { startedAt }: Ended): void {
  for (const open of draft.memory.openRuns)
    if (open.overlong && open.startedAt < startedAt) loseRun(draft, open, ping.at);
}

function hear({ state, memory }: Draft, { at }: Ping, durationMs: number | null): void {
  state.lastPingAt = Math.max(state.lastPingAt ?? at, at);
  state.lastDurationMs = durationMs;
  memory.verdictAt = at;
}

function countEnd(draft: Draft, ping: Ping, { began, run }: Ended): boolean {
  if (began) checkHosts(draft, ping);
  // A run that may be none counts for nothing, nor does one that is made up for a missed slot.
  if (run?.perhaps !== undefined || run?.slot?.outcome === "missed") return false;
  const pings = isTooOften(draft, "pings", { at: ping.at, begunAt: run?.startedAt ?? ping.at });
  return (began && isTooOften(draft, "runs", ping)) || pings;
}

function comingOf({ at }: Ping, { id, begunAt, good }: Ended): Coming {
  return { at, cameAt: begunAt ?? at, good, runId: id };
}

function settle(draft: Draft, ping: Ping, ended: Ended): void {
  const { run, slot, good, id } = ended;
  const coming = comingOf(ping, ended);
  const isFixed = draft.settings.schedule.kind !== "interval";
  const isExtra =
    isFixed && run?.perhaps === "again" && isSameTurn(draft, { from: run.startedAt, at: ping.at });
  if (slot === null) {
    if (isExtra || !settleSlots(draft, coming)) countForPast(draft, coming);
  } else if (draft.memory.lastSlot?.dueAt === slot.dueAt) {
    reviseLastSlot(draft, coming);
  } else if (!good) {
    failSlot(draft, slot, { at: ping.at, runId: id });
  }
}

function troubleOf(draft: Draft, ping: Ping, { id, durationMs }: Ended): Trouble {
  const isFail = ping.kind === "fail";
  const limitMs = isFail ? null : (draft.settings.minRuntimeSeconds ?? 0) * SECOND_MS;
  const { exitStatus } = ping;
  const evidence = { exitStatus, runId: id, pingNumber: draft.pingNumber, durationMs, limitMs };
  return { at: ping.at, reason: isFail ? "failed" : "too-quick", evidence: evidenceOf(draft, evidence) };
}

/** A failure that is heard of after a newer end: told all the same, and over with that end. */
function failLate(draft: Draft, ping: Ping, ended: Ended): void {
  const { state, memory, settings } = draft;
  const trouble = troubleOf(draft, ping, ended);
  const wasUp = state.status === "up" && memory.flippedAt !== null && memory.flippedAt <= ping.at;
  if (wasUp && settings.tolerance === null && settings.recoverAfter === 1) {
    goDown(draft, trouble);
    goUp(draft, state.lastPingAt ?? ping.at);
  } else {
    notice(draft, trouble);
  }
}
