import { type Instant, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "./check.ts";
import type { EndedRun, OpenRun } from "./memory.ts";
import { type Draft, writeRun } from "./draft.ts";
import type { Ping } from "./event.ts";
import { deadlineOf } from "./outages.ts";
import { runningRun, wholeRun } from "./run-rows.ts";
import { unusualAt } from "./unusual-at.ts";

/** As long as `curl -m 10 --retry 5` goes on sending a ping again whose answer was lost. */
export const AGAIN_MS = 90_000;
const OPEN_MAX = 50;
const RECENT_MAX = 32;
const RETRY_MS_MAX = 600_000;

/** How long after a ping an equal one with the same run id is a retry of it: half the grace, at most 10 min. */
export function retryMs(settings: CheckSettings): number {
  return Math.min(RETRY_MS_MAX, settings.graceSeconds * (SECOND_MS / 2));
}

/** A run begins with its start ping; with too many open the oldest is given up. */
export function openRun(draft: Draft, ping: Ping): OpenRun {
  const { memory } = draft;
  const run: OpenRun = {
    id: ping.id,
    rid: ping.rid,
    host: ping.host,
    startedAt: ping.at,
    deadlineAt: deadlineOf(draft, { startedAt: ping.at, limitFrom: ping.at }),
    limitFrom: ping.at,
    overlong: false,
    digest: ping.digest,
    slot: null,
  };
  const longAt = unusualAt(draft, run);
  if (longAt !== null) run.unusualAt = longAt;
  memory.openRuns = [...memory.openRuns, run].toSorted((one, other) => one.startedAt - other.startedAt);
  const oldest = memory.openRuns[0];
  if (oldest !== undefined && memory.openRuns.length > OPEN_MAX) loseRun(draft, oldest, ping.at);
  writeRun(draft, runningRun(run));
  return run;
}

/** Puts a changed open run in the place of what it was. */
export function changeRun(draft: Draft, run: OpenRun): void {
  draft.memory.openRuns = draft.memory.openRuns.map((open) => (open.id === run.id ? run : open));
}

/** The end of an open run was heard. */
export function endRun(draft: Draft, run: OpenRun, end: RunEnd): void {
  forget(draft, run);
  remember(draft, {
    ...endedRun(run, end.ping),
    ...(end.guessed && run.slot !== null && { slot: run.slot }),
    guessed: end.guessed,
    outcome: end.outcome,
    exitStatus: end.ping.exitStatus,
    endedBy: end.ping.kind === "fail" ? "fail" : "success",
    digest: end.ping.digest,
  });
  writeRun(draft, {
    ...runningRun(run),
    endedAt: end.ping.at,
    outcome: end.outcome,
    durationMs: end.durationMs,
    exitStatus: end.ping.exitStatus,
    guessed: end.guessed,
  });
}

export type RunEnd = {
  ping: Ping;
  outcome: "success" | "fail";
  durationMs: number | null;
  guessed: boolean;
};

/** Only the end of this run was heard, so far. */
export function endUnstartedRun(draft: Draft, ping: Ping, outcome: "success" | "fail"): void {
  const { id, rid, host, at, exitStatus, digest } = ping;
  const run: EndedRun = {
    id,
    rid,
    host,
    startedAt: null,
    endedAt: at,
    outcome,
    exitStatus,
    overlong: false,
    guessed: false,
    endedBy: ping.kind === "fail" ? "fail" : "success",
    digest,
  };
  remember(draft, run);
  draft.effects.push({ kind: "run", run: wholeRun(run, false) });
}

/** The end of this run will not be waited for any longer. */
export function loseRun(draft: Draft, run: OpenRun, at: Instant): void {
  forget(draft, run);
  const lost: EndedRun = {
    ...endedRun(run, { at }),
    ...(run.slot !== null && { slot: run.slot }),
    guessed: true,
    outcome: "lost",
    exitStatus: null,
    endedBy: null,
    digest: null,
  };
  if (run.rid !== null) remember(draft, lost);
  const guessed = run.perhaps === "again";
  writeRun(draft, { ...runningRun(run), endedAt: at, outcome: "lost", guessed });
}

/**
 * Another run of its host took its place, or has ended: it is not waited for any longer, but while it is within its
 * limit an end that comes after all is known for what it is, and not for a further run.
 */
export function giveUpFor(draft: Draft, run: OpenRun, at: Instant): void {
  if (run.overlong || run.perhaps === "again") return loseRun(draft, run, at);
  const { unusualAt: _unusualAt, ...given } = run;
  changeRun(draft, { ...given, replaced: true, perhaps: "beside" });
  if (run.perhaps === undefined) writeRun(draft, { ...runningRun(run), endedAt: at, outcome: "lost" });
}

/** Its end may have been the repeat of another's: its own would still be known for what it is. */
export function keepBeside(draft: Draft, { unusualAt: _unusualAt, ...run }: OpenRun): void {
  const { maxRuntimeSeconds, overlap } = draft.settings;
  if (maxRuntimeSeconds === null || overlap !== "allow" || run.overlong || run.perhaps === "again") return;
  const { memory } = draft;
  const kept: OpenRun = { ...run, replaced: true, perhaps: "beside" };
  memory.openRuns = [...memory.openRuns, kept].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** What was taken for its end was another's: its own end may still come, or has come meanwhile. */
export function reopenRun(draft: Draft, { unusualAt: _unusualAt, ...run }: OpenRun): void {
  if (run.overlong || run.perhaps === "again" || run.deadlineAt <= draft.memory.judgedAt) return;
  const { memory } = draft;
  const reopened: OpenRun = { ...run, replaced: true, perhaps: "beside" };
  memory.openRuns = [...memory.openRuns, reopened].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** Its limit has passed, and nobody waited for it. */
export function dropRun(draft: Draft, run: OpenRun): void {
  if (run.perhaps === "beside") forget(draft, run);
  else loseRun(draft, run, run.deadlineAt);
}

/** Says something else of a run that had ended: its start, or its true end, came late. */
export function correctRun(draft: Draft, run: EndedRun): void {
  const { memory } = draft;
  memory.recentRuns = memory.recentRuns.map((recent) => (recent.id === run.id ? run : recent));
  if (memory.loneRun?.id === run.id) memory.loneRun = run;
  writeRun(draft, wholeRun(run, run.rid === null));
}

function endedRun({ id, rid, host, startedAt, overlong }: OpenRun, { at }: { at: Instant }) {
  return { id, rid, host, startedAt, endedAt: at, overlong };
}

function forget({ memory }: Draft, run: OpenRun): void {
  memory.openRuns = memory.openRuns.filter(({ id }) => id !== run.id);
}

/** Runs that were lost, or ended by a guess, are kept longer than a retry takes: their own end may still come. */
function remember({ memory, settings }: Draft, run: EndedRun): void {
  if (run.rid === null) {
    if (run.startedAt === null) memory.loneRun = run;
    return;
  }
  const keepFrom = run.endedAt - Math.max(AGAIN_MS, retryMs(settings));
  memory.recentRuns = [
    ...memory.recentRuns.filter(
      ({ id, endedAt, guessed }) => id !== run.id && (endedAt >= keepFrom || guessed),
    ),
    run,
  ].slice(-RECENT_MAX);
}
