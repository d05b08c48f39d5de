import { nextAfter } from "@overdue/schedules";

import { scheduleOf } from "./schedule.ts";
import { type AgentState, note, ofRun, type Report, type Run, timeIn, type Watched } from "./state.ts";

/** After so long the same thing is no longer a moment's. */
const STUCK_AFTER_MS = 120_000;
/** The controller made 500 Jobs of one minute up to 58 s late. */
const MISSED_AFTER_MS = 180_000;
const DUE_TIMES_MAX = 500;

/** Kubernetes never fails such a run by itself, however long it hangs. */
export function stuckReports(state: AgentState, run: Run, now: number): Report[] {
  if (run.reported !== "start" || run.job.end !== null || run.job.isSuspended) return [];
  const waiting = [...run.pods.values()].find(
    ({ waitingSince, pod }) =>
      waitingSince !== null && pod.waiting !== null && now - waitingSince >= STUCK_AFTER_MS,
  );
  const found =
    waiting?.pod.waiting ??
    (run.pods.size === 0 && run.job.pods.active === 0 && now - run.podlessSince >= STUCK_AFTER_MS
      ? NO_POD
      : null);
  if (found === null) return [];
  run.reported = "stuck";
  const text = `${found.reason}: ${found.message || "the container does not start"}`;
  const name =
    waiting === undefined ? "" : `\nPod ${waiting.pod.name} waits; Kubernetes ends no Job for that.`;
  return [
    ofRun(state, run, {
      kind: "fail",
      at: now,
      reason: found.reason,
      text: text + name,
      pod: waiting?.pod ?? null,
    }),
  ];
}

const NO_POD = {
  reason: "FailedCreate",
  message:
    "no pod could be made for its Job, and Kubernetes ends no Job for that. See kubectl describe job: often its service account, a quota or an admission rule.",
};

/** Due times for which no Job came, each once; no event of Kubernetes shows them. */
export function missedReports(state: AgentState, watched: Watched, now: number): Report[] {
  const { cronJob } = watched;
  const schedule = scheduleOf(cronJob);
  // "@every" counts from a creation or a restart of the controller: it has no due times that could be computed.
  if (typeof schedule === "string" || cronJob.schedule.includes("@every")) return [];
  const patienceMs = Math.max(MISSED_AFTER_MS, (cronJob.startingDeadlineSeconds ?? 0) * 1_000);
  const missed: number[] = [];
  for (let count = 0; count < DUE_TIMES_MAX; count += 1) {
    const dueAt = nextAfter(schedule, watched.examinedUntil);
    if (dueAt === null || dueAt + patienceMs > now) break;
    watched.examinedUntil = dueAt;
    if (!watched.made.includes(dueAt)) missed.push(dueAt);
  }
  if (missed.length === 0) return [];
  return [note(cronJob, now, missedText(state, watched, missed))];
}

function missedText(state: AgentState, watched: Watched, missed: readonly number[]): string {
  const { cronJob } = watched;
  const times = missed.map((at) => timeIn(at, cronJob.timeZone)).join(", ");
  const blocking = cronJob.concurrencyPolicy === "Forbid" ? goingAt(state, watched, missed[0] ?? 0) : null;
  const why = cronJob.isSuspended
    ? "The CronJob is suspended."
    : blocking === null
      ? "Kubernetes says nothing about it: its controller was away, or startingDeadlineSeconds had passed."
      : `Job ${blocking} was still going, and concurrencyPolicy is Forbid.`;
  return `No Job was started for ${times}. ${why}`;
}

/** The Job of a CronJob that was going at a time; null: none was. One that was started by hand holds nothing up. */
function goingAt(state: AgentState, { cronJob, gone }: Watched, at: number): string | null {
  const there = [...state.runs.values()]
    .filter(({ job }) => job.cronJobUid === cronJob.uid && !job.isManual)
    .map(({ job: { name, createdAt, end } }) => ({ name, createdAt, endedAt: end?.at ?? Infinity }));
  const going = [...gone, ...there].find(({ createdAt, endedAt }) => createdAt <= at && endedAt > at);
  return going?.name ?? null;
}
