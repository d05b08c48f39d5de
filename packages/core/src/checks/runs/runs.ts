/** Rules 20, 23 and 24: open runs, and how they end or are given up. */

import { type Instant, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "../settings.ts";
import type { EndedRun, OpenRun } from "../memory.ts";
import { type Draft, writeRun } from "../draft.ts";
import type { Ping, Run } from "../event.ts";
import { runDeadline } from "../deadlines/postpone-deadlines.ts";
import { outlierDeadline } from "../learning/baseline.ts";

/** As long as `curl -m 10 --retry 5` goes on sending a ping again whose answer was lost. */
export const RESEND_MS = 90_000;
const OPEN_MAX = 50;
/** More than can be given up at once, so that those do not push out what ended before. */
const RECENT_MAX = OPEN_MAX + 14;
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
    deadlineAt: runDeadline(draft, { startedAt: ping.at, limitFrom: ping.at }),
    limitFrom: ping.at,
    overlong: false,
    digest: ping.digest,
    slot: null,
    ...(ping.dueAt !== undefined && { dueAt: ping.dueAt }),
  };
  const longAt = outlierDeadline(draft, run);
  if (longAt !== null) run.outlierAt = longAt;
  memory.openRuns = [...memory.openRuns, run].toSorted((one, other) => one.startedAt - other.startedAt);
  const oldest = memory.openRuns[0];
  if (oldest !== undefined && memory.openRuns.length > OPEN_MAX) abandonRun(draft, oldest, ping.at);
  writeRun(draft, runningRun(run));
  return run;
}

/** Puts a changed open run in the place of what it was. */
export function changeRun(draft: Draft, run: OpenRun): void {
  draft.memory.openRuns = draft.memory.openRuns.map((open) => (open.id === run.id ? run : open));
}

/** The end of an open run was heard. */
export function endRun(draft: Draft, run: OpenRun, end: RunEnd): void {
  removeOpenRun(draft, run);
  rememberEndedRun(draft, {
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
export function recordEndOnlyRun(draft: Draft, ping: Ping, outcome: "success" | "fail"): void {
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
  rememberEndedRun(draft, run);
  draft.effects.push({ kind: "run", run: wholeRun(run, false) });
}

/** The end of this run will not be waited for any longer. */
export function abandonRun(draft: Draft, run: OpenRun, at: Instant): void {
  removeOpenRun(draft, run);
  const lost: EndedRun = {
    ...endedRun(run, { at }),
    ...(run.slot !== null && { slot: run.slot }),
    guessed: true,
    outcome: "lost",
    exitStatus: null,
    endedBy: null,
    digest: null,
  };
  if (run.rid !== null) rememberEndedRun(draft, lost);
  const guessed = run.uncertain === "again";
  writeRun(draft, { ...runningRun(run), endedAt: at, outcome: "lost", guessed });
}

/**
 * Another run of its host took its place, or has ended: it is not waited for any longer, but while it is within its
 * limit an end that comes after all is known for what it is, and not for a further run.
 */
export function abandonForNewer(draft: Draft, run: OpenRun, at: Instant): void {
  if (run.overlong || run.uncertain === "again") return abandonRun(draft, run, at);
  const { outlierAt: _outlierAt, ...given } = run;
  changeRun(draft, { ...given, replaced: true, uncertain: "beside" });
  if (run.uncertain === undefined) writeRun(draft, { ...runningRun(run), endedAt: at, outcome: "lost" });
}

/** Its end may have been the repeat of another's: its own would still be known for what it is. */
export function keepBeside(draft: Draft, { outlierAt: _outlierAt, ...run }: OpenRun): void {
  const { maxRuntimeSeconds, overlap } = draft.settings;
  if (maxRuntimeSeconds === null || overlap !== "allow" || run.overlong || run.uncertain === "again") return;
  const { memory } = draft;
  const kept: OpenRun = { ...run, replaced: true, uncertain: "beside" };
  memory.openRuns = [...memory.openRuns, kept].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** What was taken for its end was another's: its own end may still come, or has come meanwhile. */
export function reopenRun(draft: Draft, { outlierAt: _outlierAt, ...run }: OpenRun): void {
  if (run.overlong || run.uncertain === "again" || run.deadlineAt <= draft.memory.evaluatedAt) return;
  const { memory } = draft;
  const reopened: OpenRun = { ...run, replaced: true, uncertain: "beside" };
  memory.openRuns = [...memory.openRuns, reopened].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** Its limit has passed, and nobody waited for it. */
export function abandonAtDeadline(draft: Draft, run: OpenRun): void {
  if (run.uncertain === "beside") removeOpenRun(draft, run);
  else abandonRun(draft, run, run.deadlineAt);
}

/** Says something else of a run that had ended: its start, or its true end, came late. */
export function correctRun(draft: Draft, run: EndedRun): void {
  const { memory } = draft;
  memory.recentRuns = memory.recentRuns.map((recent) => (recent.id === run.id ? run : recent));
  if (memory.endOnlyRun?.id === run.id) memory.endOnlyRun = run;
  writeRun(draft, wholeRun(run, run.rid === null));
}

/** Its start comes after its end: the client may send it again for as long as any ping. */
export function rememberLateStart({ memory }: Draft, run: EndedRun, { at: lateStartAt }: Ping): void {
  memory.recentRuns = memory.recentRuns.map((recent) =>
    recent.id === run.id ? { ...recent, lateStartAt } : recent,
  );
}

function endedRun({ id, rid, host, startedAt, overlong }: OpenRun, { at }: { at: Instant }) {
  return { id, rid, host, startedAt, endedAt: at, overlong };
}

function removeOpenRun({ memory }: Draft, run: OpenRun): void {
  memory.openRuns = memory.openRuns.filter(({ id }) => id !== run.id);
}

/** Runs that were lost, or ended by a guess, are kept longer than a retry takes: their own end may still come. */
function rememberEndedRun({ memory, settings }: Draft, run: EndedRun): void {
  if (run.rid === null) {
    if (run.startedAt === null) memory.endOnlyRun = run;
    return;
  }
  // Its start may come, and then be sent again, for 90 s each.
  const keepFrom = run.endedAt - Math.max(2 * RESEND_MS, retryMs(settings));
  memory.recentRuns = [
    ...memory.recentRuns.filter(
      ({ id, endedAt, guessed }) => id !== run.id && (endedAt >= keepFrom || guessed),
    ),
    run,
  ].slice(-RECENT_MAX);
}

/** A run as it is stored while it runs. */
export function runningRun({ id, rid, host, startedAt, overlong }: OpenRun): Run {
  const unknown = { endedAt: null, durationMs: null, exitStatus: null };
  return { id, rid, host, startedAt, ...unknown, outcome: "running", overlong, guessed: false };
}

/** A run as it is stored once its end was heard, or it was given up. */
function wholeRun(run: EndedRun, guessed: boolean): Run {
  const { id, rid, host, startedAt, endedAt, outcome, exitStatus, overlong } = run;
  const durationMs = startedAt === null || outcome === "lost" ? null : endedAt - startedAt;
  return {
    id,
    rid,
    host,
    startedAt,
    endedAt,
    outcome,
    durationMs,
    exitStatus,
    overlong,
    guessed: guessed && startedAt !== null,
  };
}
