import type { CronJob, Job, Pod } from "./objects.ts";

/**
 * What the agent reports about a CronJob: pings of a run, whose id is the Job's UID, and notes, which decide nothing.
 * `at`: when it happened. `pod`: the one whose output shows why.
 */
export type Report = {
  cronJob: Pick<CronJob, "uid" | "namespace" | "name">;
  kind: "start" | "success" | "fail" | "log";
  runId: string | null;
  dueAt: number | null;
  exitStatus: number | null;
  reason: string | null;
  text: string;
  at: number;
  pod: Pick<Pod, "namespace" | "name" | "node"> | null;
};

export type Run = {
  job: Job;
  pods: Map<string, { pod: Pod; waitingSince: number | null }>;
  reported: "nothing" | "start" | "stuck" | "end";
  /** When the Job was seen to have failed before its pods showed why; null: it was not. */
  failedSeenAt: number | null;
  /** Since when it has had no pod. */
  podlessSince: number;
};

export type Watched = {
  cronJob: CronJob;
  /** All due times up to this were looked at for a Job that is missing. */
  examinedUntil: number;
  /** Due times that a Job was seen for, the newest last. */
  made: number[];
  /** Its latest Jobs that are gone, and when they ended: a due time is evaluated minutes after it. */
  gone: { name: string; createdAt: number; endedAt: number }[];
};

/** All that the agent knows. `pods`: those whose Job was not seen yet. */
export type AgentState = {
  cronJobs: Map<string, Watched>;
  runs: Map<string, Run>;
  orphanPods: Map<string, Pod>;
};

/** What Overdue knows of a run already. */
export type KnownRun = { runId: string; isOpen: boolean; startedAt: number | null };

/** What Overdue has of runs from before the agent was started. `since`: when the CronJob's check was made. */
export type Known = ReadonlyMap<string, { runs: readonly KnownRun[]; since: number }>;

export function newState(): AgentState {
  return { cronJobs: new Map(), runs: new Map(), orphanPods: new Map() };
}

export type RunReport = Pick<Report, "kind" | "at" | "text"> & Partial<Report>;

export function ofRun(state: AgentState, { job }: Run, said: RunReport): Report {
  const cronJob = state.cronJobs.get(job.cronJobUid ?? "")?.cronJob;
  return {
    cronJob: {
      uid: job.cronJobUid ?? "",
      namespace: job.namespace,
      name: cronJob?.name ?? job.name.replace(/-\d+$/, ""),
    },
    runId: job.uid,
    dueAt: job.dueAt,
    exitStatus: null,
    reason: null,
    pod: null,
    ...said,
  };
}

export function note({ uid, namespace, name }: CronJob, at: number, text: string): Report {
  const none = { runId: null, dueAt: null, exitStatus: null, reason: null, pod: null };
  return { cronJob: { uid, namespace, name }, kind: "log", at, text, ...none };
}

/** `2026-11-29 11:15 Europe/Berlin` */
export function timeIn(at: number, timeZone: string | null): string {
  const zone = timeZone ?? "UTC";
  const parts = { dateStyle: "short", timeStyle: "short", timeZone: zone } as const;
  return `${new Intl.DateTimeFormat("sv-SE", parts).format(at)} ${zone}`;
}
