/** Rules 20, 23 and 24: open runs, and how they end or are given up. */

import { type Instant, SECOND_MS } from "@overdue/schedules";
import { mergeValues, type MetricValues } from "../../metrics/read-metrics.ts";
import type { CheckSettings } from "../settings.ts";
import type { EndedRun, OpenRun } from "../memory.ts";
import { type Draft, writeRun } from "../draft.ts";
import type { Ping, Run } from "../event.ts";
import { runDeadline } from "../deadlines/postpone-deadlines.ts";
import { outlierDeadline } from "../learning/baseline.ts";

/** For this long `curl -m 10 --retry 5` repeats a ping whose response was lost. */
export const RESEND_MS = 90_000;
const OPEN_MAX = 50;
/** More than can be given up at once, so that those do not push out the runs that ended before. */
const RECENT_MAX = OPEN_MAX + 14;
const RETRY_MS_MAX = 600_000;

/** How long after a ping an equal one with the same run id is a retry of it: half the grace, at most 10 min. */
export function retryMs(settings: CheckSettings): number {
  return Math.min(RETRY_MS_MAX, settings.graceSeconds * (SECOND_MS / 2));
}

/** Opens a run at its start ping. If too many are open, the oldest is given up. */
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
    ...reportedBy(null, ping),
  };
  const outlierAt = outlierDeadline(draft, run);
  if (outlierAt !== null) run.outlierAt = outlierAt;
  memory.openRuns = [...memory.openRuns, run].toSorted((one, other) => one.startedAt - other.startedAt);
  const oldest = memory.openRuns[0];
  if (oldest !== undefined && memory.openRuns.length > OPEN_MAX) abandonRun(draft, oldest, ping.at);
  writeRun(draft, runningRun(run));
  return run;
}

/** Replaces the open run that has the id of this one. */
export function changeRun(draft: Draft, run: OpenRun): void {
  draft.memory.openRuns = draft.memory.openRuns.map((open) => (open.id === run.id ? run : open));
}

/** Closes an open run whose end has come. */
export function endRun(draft: Draft, run: OpenRun, end: RunEnd): void {
  removeOpenRun(draft, run);
  rememberEndedRun(draft, {
    ...endedRun(run, end.ping),
    ...reportedBy(run, end.ping),
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
    ...reportedBy(run, end.ping),
  });
}

export type RunEnd = {
  ping: Ping;
  outcome: "success" | "fail";
  durationMs: number | null;
  guessed: boolean;
};

/** Records a run of which only the end has come so far. */
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
    ...reportedBy(null, ping),
  };
  rememberEndedRun(draft, run);
  const timed = ping.durationMs === undefined ? run : { ...run, startedAt: at - ping.durationMs };
  draft.effects.push({ kind: "run", run: wholeRun(timed, false) });
}

/** What a run has reported with this ping, as a field of the run; no field where that is nothing. */
export function reportedBy(
  run: { metrics?: MetricValues } | null,
  { metrics }: Ping,
): { metrics?: MetricValues } {
  const before = run?.metrics ?? {};
  const values = metrics === undefined ? before : mergeValues(before, metrics.values);
  return Object.keys(values).length === 0 ? {} : { metrics: values };
}

/** Gives a run up as lost: its end is no longer waited for. */
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
 * Gives a run up because another run of its host has replaced it, or has ended. It is no longer waited for, but within its
 * limit it is kept beside the others, so that an end which comes after all is not taken for a further run.
 */
export function abandonForNewer(draft: Draft, run: OpenRun, at: Instant): void {
  if (run.overlong || run.uncertain === "again") return abandonRun(draft, run, at);
  const { outlierAt: _outlierAt, ...given } = run;
  changeRun(draft, { ...given, replaced: true, uncertain: "beside" });
  if (run.uncertain === undefined) writeRun(draft, { ...runningRun(run), endedAt: at, outcome: "lost" });
}

/** Keeps a run whose end may have been the repeat of another's, so that its own end can still be matched. */
export function keepBeside(draft: Draft, { outlierAt: _outlierAt, ...run }: OpenRun): void {
  const { maxRuntimeSeconds, overlap } = draft.settings;
  if (maxRuntimeSeconds === null || overlap !== "allow" || run.overlong || run.uncertain === "again") return;
  const { memory } = draft;
  const kept: OpenRun = { ...run, replaced: true, uncertain: "beside" };
  memory.openRuns = [...memory.openRuns, kept].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** Reopens a run whose end turned out to be another's: its own end may still come. */
export function reopenRun(draft: Draft, { outlierAt: _outlierAt, ...run }: OpenRun): void {
  if (run.overlong || run.uncertain === "again" || run.deadlineAt <= draft.memory.evaluatedAt) return;
  const { memory } = draft;
  const reopened: OpenRun = { ...run, replaced: true, uncertain: "beside" };
  memory.openRuns = [...memory.openRuns, reopened].toSorted((one, other) => one.startedAt - other.startedAt);
}

/** Drops an uncertain run whose limit has passed, without a report: nobody waited for it. */
export function abandonAtDeadline(draft: Draft, run: OpenRun): void {
  if (run.uncertain === "beside") removeOpenRun(draft, run);
  else abandonRun(draft, run, run.deadlineAt);
}

/** Corrects a run that had ended, since its start, or its true end, came late. */
export function correctRun(draft: Draft, run: EndedRun): void {
  const { memory } = draft;
  memory.recentRuns = memory.recentRuns.map((recent) => (recent.id === run.id ? run : recent));
  if (memory.endOnlyRun?.id === run.id) memory.endOnlyRun = run;
  writeRun(draft, wholeRun(run, run.rid === null));
}

/** Notes a start that came after the end of its run: the client may repeat it for as long as any ping. */
export function rememberLateStart({ memory }: Draft, run: EndedRun, { at: lateStartAt }: Ping): void {
  memory.recentRuns = memory.recentRuns.map((recent) =>
    recent.id === run.id ? { ...recent, lateStartAt } : recent,
  );
}

function endedRun({ id, rid, host, startedAt, overlong, metrics }: OpenRun, { at }: { at: Instant }) {
  return { id, rid, host, startedAt, endedAt: at, overlong, ...(metrics !== undefined && { metrics }) };
}

function removeOpenRun({ memory }: Draft, run: OpenRun): void {
  memory.openRuns = memory.openRuns.filter(({ id }) => id !== run.id);
}

/** Remembers an ended run. Those lost, or ended by a guess, are kept beyond the retry window: their own end may come. */
function rememberEndedRun({ memory, settings }: Draft, run: EndedRun): void {
  if (run.rid === null) {
    if (run.startedAt === null) memory.endOnlyRun = run;
    return;
  }
  // Its start may come up to 90 s later, and be repeated for another 90 s.
  const keepFrom = run.endedAt - Math.max(2 * RESEND_MS, retryMs(settings));
  memory.recentRuns = [
    ...memory.recentRuns.filter(
      ({ id, endedAt, guessed }) => id !== run.id && (endedAt >= keepFrom || guessed),
    ),
    run,
  ].slice(-RECENT_MAX);
}

/** A run as it is stored while it runs. */
export function runningRun({ id, rid, host, startedAt, overlong, metrics }: OpenRun): Run {
  const unknown = { endedAt: null, durationMs: null, exitStatus: null };
  const run: Run = { id, rid, host, startedAt, ...unknown, outcome: "running", overlong, guessed: false };
  return metrics === undefined ? run : { ...run, metrics };
}

/** A run as it is stored once its end has come, or it was given up. */
function wholeRun(run: EndedRun, guessed: boolean): Run {
  const { id, rid, host, startedAt, endedAt, outcome, exitStatus, overlong, metrics } = run;
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
    ...(metrics !== undefined && { metrics }),
  };
}
