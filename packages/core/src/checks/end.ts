import { type Instant, SECOND_MS } from "../time.ts";
import type { EndedRun, OpenRun } from "./memory.ts";
import { type Draft, evidenceOf } from "./draft.ts";
import type { Ping, Slot } from "./event.ts";
import { goDown, goUp, notice, type Trouble } from "./flips.ts";
import { alertTooOften, checkHosts, isTooOften } from "./limits.ts";
import { endedBefore, isRetry, matchRun } from "./match.ts";
import { correctRun, endRun, endUnstartedRun, loseRun } from "./runs.ts";
import { failSlot, reviseLastSlot, settleSlots } from "./slots.ts";
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
  durationMs: number | null;
  began: boolean;
  good: boolean;
};

/** A success or a fail: it ends a run, settles slots, and decides the status. Answers the note on the ping. */
export function foldEnd(draft: Draft, ping: Ping): Note {
  const { memory } = draft;
  const before = endedBefore(draft, ping);
  if (before !== null && isRetry(before, ping)) return "duplicate";
  const isStale = memory.verdictAt !== null && ping.at < memory.verdictAt;
  const ended = closeRun(draft, ping);
  if (isStale) {
    if (!ended.good) failLate(draft, ping, ended);
    return "out-of-order";
  }
  giveUpHung(draft, ping, ended);
  hear(draft, ping, ended.durationMs);
  const often = countEnd(draft, ping, ended.began);
  settle(draft, ping, ended);
  if (!ended.good) judgeBad(draft, troubleOf(draft, ping, ended));
  const unusual = learn(draft, ping, ended);
  if (often) alertTooOften(draft, ping);
  else if (ended.good && !unusual) judgeGood(draft, ping.at);
  return null;
}

/** Answers whether the check went down for how long this took. */
function learn(draft: Draft, { at }: Ping, { id, run, good, durationMs }: Ended): boolean {
  if (!good || durationMs === null) return false;
  const waitedFor = draft.settings.unusualRuns !== "allow" && run !== null && !run.overlong;
  const isSaid = waitedFor && run.unusualAt === undefined;
  return learnDuration(draft, { id, at, durationMs, isSaid });
}

function closeRun(draft: Draft, ping: Ping): Ended {
  const before = endedBefore(draft, ping);
  if (before !== null) return closeAgain(draft, before, ping);
  const match = matchRun(draft, ping);
  const durationMs = match?.timed === true ? ping.at - match.run.startedAt : null;
  const good = isGood(draft, ping, durationMs);
  const outcome = good ? "success" : "fail";
  if (match === null) endUnstartedRun(draft, ping, outcome);
  else endRun(draft, match.run, { ping, outcome, durationMs, guessed: match.guessed });
  const run = match?.run ?? null;
  const startedAt = run?.startedAt ?? ping.at;
  return {
    id: run?.id ?? ping.id,
    run,
    slot: run?.slot ?? null,
    startedAt,
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
  return { id: before.id, run: null, slot: before.slot ?? null, startedAt, durationMs, began: false, good };
}

function isGood({ settings }: Draft, ping: Ping, durationMs: number | null): boolean {
  const minMs = (settings.minRuntimeSeconds ?? 0) * SECOND_MS;
  return ping.kind === "success" && (durationMs === null || durationMs >= minMs);
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

function countEnd(draft: Draft, ping: Ping, began: boolean): boolean {
  if (began) checkHosts(draft, ping);
  const pings = isTooOften(draft, "pings", ping.at);
  return (began && isTooOften(draft, "runs", ping.at)) || pings;
}

function settle(draft: Draft, ping: Ping, { id, run, slot, good }: Ended): void {
  const coming = { at: ping.at, cameAt: run?.startedAt ?? ping.at, good, runId: id };
  if (slot === null) {
    if (!settleSlots(draft, coming)) reviseLastSlot(draft, coming);
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
