import type { Job, Pod } from "./objects.ts";
import { type AgentState, ofRun, type Report, type Run } from "./state.ts";

/** A Job's failure and its pod's end come by two streams. */
export const POD_WAIT_MS = 3_000;

/** Reports the end once it is known why: a failure waits a moment for what its pods say. */
export function endIfKnown(state: AgentState, run: Run, now: number): Report[] {
  const { end } = run.job;
  if (end === null || run.reported === "end") return [];
  const failure = failureOf(run);
  if (!end.isSuccess && failure === null && !isAboutPods(end.reason)) {
    run.failedSeenAt ??= now;
    if (now - run.failedSeenAt < POD_WAIT_MS) return [];
  }
  const isRepeated = run.reported === "stuck" && !end.isSuccess;
  run.reported = "end";
  if (isRepeated) return [];
  if (end.isSuccess) return [ofRun(state, run, { kind: "success", at: end.at, text: successText(run.job) })];
  return [ofRun(state, run, { kind: "fail", at: end.at, ...failureReport(run, end) })];
}

/** At these the pods are stopped or left, so that how they ended says nothing. */
function isAboutPods(reason: string): boolean {
  return reason === "DeadlineExceeded" || reason === "FailedIndexes";
}

/** The pod that failed last. */
function failureOf(run: Run): Pod | null {
  const failed = [...run.pods.values()].map(({ pod }) => pod).filter(({ failure }) => failure !== null);
  return failed.toSorted((one, other) => other.createdAt - one.createdAt)[0] ?? null;
}

type Failure = Pick<Report, "text" | "exitStatus" | "reason" | "pod">;

function failureReport(run: Run, { reason, message }: { reason: string; message: string }): Failure {
  const pod = failureOf(run);
  const said = pod?.failure ?? null;
  const jobText = `${reason}: ${message || "the Job failed"}`;
  // A deadline stops the pods, whose exit status is then that of the signal.
  const isOwn = said !== null && !isAboutPods(reason);
  return {
    text: [...(isOwn ? [podText(said, pod?.name ?? "")] : []), jobText, podsText(run.job)].join("\n"),
    exitStatus: isOwn ? said.exitCode : null,
    reason: isOwn && said.reason !== "" && said.reason !== "Error" ? said.reason : reason,
    pod,
  };
}

function podText(
  { reason, message, exitCode, container }: NonNullable<Pod["failure"]>,
  name: string,
): string {
  const where = container === null ? `Pod ${name}` : `Container ${container} of pod ${name}`;
  const how = exitCode === null ? "failed" : `ended with exit status ${exitCode}`;
  return `${reason === "" || reason === "Error" ? "" : `${reason}: `}${where} ${how}${message === "" ? "." : `: ${message}`}`;
}

function successText({ pods }: Job): string {
  return pods.failed === 0 ? "Complete." : `Complete, after ${pods.failed} of its pods had failed.`;
}

function podsText({ pods }: Job): string {
  return `Pods: ${pods.succeeded} succeeded, ${pods.failed} failed.`;
}

export function endOfDeleted(
  state: AgentState,
  { job }: Run,
  isLost: boolean,
): Pick<Report, "kind" | "text" | "reason"> {
  const watched = state.cronJobs.get(job.cronJobUid ?? "");
  const lastSuccessAt = watched?.cronJob.lastSuccessAt ?? null;
  if (isLost && lastSuccessAt !== null && lastSuccessAt >= job.createdAt)
    return {
      kind: "success",
      reason: null,
      text: "Complete, by the CronJob's lastSuccessfulTime: its Job was gone when the agent looked again.",
    };
  if (isLost)
    return {
      kind: "fail",
      reason: "JobGone",
      text: "JobGone: its Job was gone when the agent looked again, and the CronJob has no success since it began.",
    };
  return watched?.cronJob.concurrencyPolicy === "Replace" && !watched.cronJob.isSuspended
    ? {
        kind: "fail",
        reason: "Replaced",
        text: "Replaced: the next run was due while it was still going, and concurrencyPolicy is Replace. Or its Job was deleted by hand.",
      }
    : { kind: "fail", reason: "JobDeleted", text: "JobDeleted: its Job was deleted before it ended." };
}
