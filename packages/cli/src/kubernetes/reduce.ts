import type { CronJob, Job, Pod } from "./objects.ts";
import { endIfKnown, endOfDeleted, POD_WAIT_MS } from "./run-end.ts";
import {
  type AgentState,
  type Known,
  note,
  ofRun,
  type Report,
  type Run,
  timeIn,
  type Watched,
} from "./state.ts";
import { missedReports, stuckReports } from "./time.ts";

export type Event =
  | { kind: "cronjob"; type: "seen" | "deleted"; object: CronJob }
  | { kind: "job"; type: "seen" | "deleted"; object: Job; isLost?: boolean }
  | { kind: "pod"; type: "seen" | "deleted"; object: Pod };

const MADE_KEPT = 100;
const GONE_KEPT = 10;

/** Applies one change of an object. It alters `state`, and has no other effect. @returns what is to be reported, in order */
export function applyEvent(state: AgentState, event: Event, now: number): Report[] {
  switch (event.kind) {
    case "cronjob":
      return applyCronJob(state, event, now);
    case "pod":
      return applyPod(state, event.object, now);
    case "job":
      return event.type === "seen" ? applyJob(state, event.object, now) : applyJobDeletion(state, event, now);
  }
}

function applyCronJob(
  state: AgentState,
  { type, object }: Extract<Event, { kind: "cronjob" }>,
  now: number,
): Report[] {
  const before = state.cronJobs.get(object.uid);
  if (type === "deleted") {
    if (!state.cronJobs.delete(object.uid)) return [];
    return [note(object, now, "The CronJob was deleted. Delete its check, too, unless it is to come back.")];
  }
  if (before === undefined) {
    const made = object.lastScheduleAt === null ? [] : [object.lastScheduleAt];
    state.cronJobs.set(object.uid, { cronJob: object, examinedUntil: now, made, gone: [] });
    return [];
  }
  const was = before.cronJob;
  before.cronJob = object;
  remember(before, object.lastScheduleAt);
  if (was.schedule !== object.schedule || was.timeZone !== object.timeZone) {
    before.examinedUntil = now;
    const [from, to] = [was, object].map(
      ({ schedule, timeZone }) => `“${schedule}”${timeZone === null ? "" : ` (${timeZone})`}`,
    );
    return [note(object, now, `Its schedule was changed from ${from} to ${to}.`)];
  }
  if (was.isSuspended === object.isSuspended) return [];
  if (!object.isSuspended) before.examinedUntil = Math.max(before.examinedUntil, now);
  return [
    note(
      object,
      now,
      object.isSuspended
        ? "The CronJob is suspended: nothing starts it until it is resumed (kubectl patch cronjob … suspend: false)."
        : "The CronJob is resumed. Kubernetes starts one run now if one was due meanwhile, and its startingDeadlineSeconds allow it.",
    ),
  ];
}

function remember(watched: Watched, dueAt: number | null): void {
  if (dueAt === null || watched.made.includes(dueAt)) return;
  watched.made = [...watched.made, dueAt].slice(-MADE_KEPT);
}

function applyPod(state: AgentState, pod: Pod, now: number): Report[] {
  const run = pod.jobUid === null ? undefined : state.runs.get(pod.jobUid);
  if (run === undefined) {
    if (pod.jobUid !== null) state.orphanPods.set(pod.uid, pod);
    return [];
  }
  addPod(run, pod, now);
  return endIfKnown(state, run, now);
}

function addPod(run: Run, pod: Pod, now: number): void {
  const before = run.pods.get(pod.uid);
  const waitingSince = pod.waiting === null ? null : (before?.waitingSince ?? now);
  // What a pod said about its failure is kept: its last state may say less.
  run.pods.set(pod.uid, {
    pod: { ...pod, failure: pod.failure ?? before?.pod.failure ?? null },
    waitingSince,
  });
}

function applyJob(state: AgentState, job: Job, now: number): Report[] {
  const known = state.runs.get(job.uid);
  if (known === undefined && job.cronJobUid === null) return [];
  // An orphaned Job has lost its owner: what it belonged to is still known.
  const kept = known === undefined ? job : { ...job, cronJobUid: job.cronJobUid ?? known.job.cronJobUid };
  const run = known ?? newRun(state, kept, now);
  run.job = kept;
  const watched = state.cronJobs.get(kept.cronJobUid ?? "");
  if (watched !== undefined) remember(watched, kept.dueAt);
  return [...startIfBegun(state, run), ...endIfKnown(state, run, now)];
}

function newRun(state: AgentState, job: Job, now: number): Run {
  const run: Run = { job, pods: new Map(), reported: "nothing", failedSeenAt: null, podlessSince: now };
  for (const [uid, pod] of state.orphanPods)
    if (pod.jobUid === job.uid && state.orphanPods.delete(uid)) addPod(run, pod, now);
  state.runs.set(job.uid, run);
  return run;
}

function startIfBegun(state: AgentState, run: Run): Report[] {
  const { job } = run;
  if (run.reported !== "nothing" || (job.isSuspended && job.end === null)) return [];
  run.reported = "start";
  const late = job.dueAt === null ? "" : `, made ${secondsText(job.createdAt - job.dueAt)} after its time`;
  const by = job.isManual ? "started by hand" : `due ${timeText(state, job)}${late}`;
  return [
    ofRun(state, run, { kind: "start", at: job.createdAt, text: `Job ${job.namespace}/${job.name}, ${by}.` }),
  ];
}

/** A Job that goes without an end was deleted, replaced, or ended while nobody watched. */
function applyJobDeletion(
  state: AgentState,
  { object, isLost }: Extract<Event, { kind: "job" }>,
  now: number,
): Report[] {
  const known = state.runs.get(object.uid);
  const before = known === undefined && object.cronJobUid === null ? [] : applyJob(state, object, now);
  const run = state.runs.get(object.uid);
  if (run === undefined) return before;
  if (run.reported !== "end" && run.job.end !== null) {
    // Its pods go with it: they say no more.
    run.failedSeenAt = now - POD_WAIT_MS;
    before.push(...endIfKnown(state, run, now));
  }
  state.runs.delete(object.uid);
  const watched = state.cronJobs.get(run.job.cronJobUid ?? "");
  if (watched !== undefined && !run.job.isManual) {
    const { name, createdAt, end } = run.job;
    watched.gone = [...watched.gone, { name, createdAt, endedAt: end?.at ?? now }].slice(-GONE_KEPT);
  }
  if (run.reported === "end" || run.reported === "nothing") return before;
  const isReported = run.reported === "stuck";
  run.reported = "end";
  const end = endOfDeleted(state, run, isLost === true);
  if (isReported && end.kind === "fail") return before;
  return [...before, ofRun(state, run, { at: now, ...end })];
}

/** What time alone shows: a run that hangs, a failure whose pods say nothing more, and starts that did not come. */
export function applyTime(state: AgentState, now: number): Report[] {
  const ofRuns = [...state.runs.values()].flatMap((run) => [
    ...endIfKnown(state, run, now),
    ...stuckReports(state, run, now),
  ]);
  return [
    ...ofRuns,
    ...[...state.cronJobs.values()].flatMap((watched) => missedReports(state, watched, now)),
  ];
}

/**
 * Takes over what Overdue knows already, after the first listing and before anything is reported: runs that it has are not
 * reported again, and neither are runs that ended before their check was made. A run that it thinks is going, and whose Job is
 * gone, ended while the agent was away.
 */
export function applyKnown(
  state: AgentState,
  listed: readonly Job[],
  { known, now }: { known: Known; now: number },
): Report[] {
  for (const job of listed) {
    const record = known.get(job.cronJobUid ?? "");
    if (job.cronJobUid === null) continue;
    const run = newRun(state, job, now);
    const before = record?.runs.find(({ runId }) => runId === job.uid);
    if (before !== undefined) run.reported = before.isOpen ? "start" : "end";
    else if (job.end !== null && job.end.at < (record?.since ?? 0)) run.reported = "end";
  }
  const reports = listed
    .toSorted((one, other) => one.createdAt - other.createdAt)
    .flatMap((job) => applyJob(state, job, now));
  const isThere = new Set(listed.map(({ uid }) => uid));
  for (const [cronJobUid, { runs }] of known)
    for (const { runId, isOpen, startedAt } of runs)
      if (isOpen && !isThere.has(runId))
        reports.push(...lostRun(state, { cronJobUid, runId, startedAt, now }));
  return reports;
}

type Lost = { cronJobUid: string; runId: string; startedAt: number | null; now: number };

function lostRun(state: AgentState, { cronJobUid, runId, startedAt, now }: Lost): Report[] {
  const watched = state.cronJobs.get(cronJobUid);
  if (watched === undefined) return [];
  const { namespace, name } = watched.cronJob;
  const job: Job = {
    uid: runId,
    namespace,
    name,
    cronJobUid,
    dueAt: null,
    isManual: false,
    isSuspended: false,
    createdAt: startedAt ?? now,
    pods: { active: 0, succeeded: 0, failed: 0 },
    end: null,
  };
  const run: Run = { job, pods: new Map(), reported: "start", failedSeenAt: null, podlessSince: now };
  return [ofRun(state, run, { at: now, ...endOfDeleted(state, run, true) })];
}

function timeText(state: AgentState, { dueAt, cronJobUid }: Job): string {
  if (dueAt === null) return "at an unknown time";
  return timeIn(dueAt, state.cronJobs.get(cronJobUid ?? "")?.cronJob.timeZone ?? null);
}

function secondsText(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1_000))} s`;
}
