import { z } from "zod";

/** What is read of Kubernetes' objects. Source: the API of 1.37; fields that are left out there have its defaults here. */

const Owner = z.object({
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
});
const Meta = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  annotations: z.record(z.string(), z.string()).default({}),
  ownerReferences: z.array(Owner).default([]),
});

const RawCronJob = z.object({
  metadata: Meta,
  spec: z.object({
    schedule: z.string(),
    timeZone: z.string().nullish(),
    suspend: z.boolean().nullish(),
    concurrencyPolicy: z.enum(["Allow", "Forbid", "Replace"]).default("Allow"),
    startingDeadlineSeconds: z.number().nullish(),
    jobTemplate: z
      .object({ spec: z.object({ activeDeadlineSeconds: z.number().nullish() }).optional() })
      .optional(),
  }),
  status: z
    .object({ lastScheduleTime: z.string().nullish(), lastSuccessfulTime: z.string().nullish() })
    .default({}),
});

const RawJob = z.object({
  metadata: Meta,
  spec: z.object({ suspend: z.boolean().nullish() }).default({}),
  status: z
    .object({
      startTime: z.string().nullish(),
      completionTime: z.string().nullish(),
      active: z.number().nullish(),
      succeeded: z.number().nullish(),
      failed: z.number().nullish(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(""),
            message: z.string().default(""),
            lastTransitionTime: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .default({}),
});

const Terminated = z.object({
  exitCode: z.number(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const ContainerState = z.object({
  waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).nullish(),
  terminated: Terminated.nullish(),
});
const ContainerStatuses = z
  .array(
    z.object({
      name: z.string(),
      state: ContainerState.default({}),
      lastState: ContainerState.default({}),
    }),
  )
  .nullish();
const RawPod = z.object({
  metadata: Meta,
  spec: z.object({ nodeName: z.string().nullish() }).default({}),
  status: z
    .object({
      phase: z.string().default("Pending"),
      reason: z.string().default(""),
      message: z.string().default(""),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(""),
            message: z.string().default(""),
          }),
        )
        .nullish(),
      initContainerStatuses: ContainerStatuses,
      containerStatuses: ContainerStatuses,
    })
    .default({ phase: "Pending", reason: "", message: "" }),
});

/** Instants are epoch milliseconds. */
export type CronJob = {
  uid: string;
  namespace: string;
  name: string;
  schedule: string;
  timeZone: string | null;
  isSuspended: boolean;
  concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  startingDeadlineSeconds: number | null;
  /** How long a run may take by the job's own limit. */
  activeDeadlineSeconds: number | null;
  lastScheduleAt: number | null;
  lastSuccessAt: number | null;
  createdAt: number;
  annotations: Readonly<Record<string, string>>;
};

export type Job = {
  uid: string;
  namespace: string;
  name: string;
  cronJobUid: string | null;
  /** The due time that the CronJob's controller wrote; null for a Job that was started by hand. */
  dueAt: number | null;
  isManual: boolean;
  isSuspended: boolean;
  createdAt: number;
  pods: { active: number; succeeded: number; failed: number };
  end: JobEnd | null;
};

/** How a Job ended, by its last condition. */
type JobEnd = { isSuccess: boolean; reason: string; message: string; at: number };

export type Pod = {
  uid: string;
  namespace: string;
  name: string;
  node: string | null;
  jobUid: string | null;
  createdAt: number;
  /** Why a container, or the pod itself, failed; null: it did not. */
  failure: { reason: string; message: string; exitCode: number | null; container: string | null } | null;
  /** Why it does not begin: the reason of a waiting container, or Unschedulable. */
  waiting: { reason: string; message: string } | null;
};

const DUE = "batch.kubernetes.io/cronjob-scheduled-timestamp";
const INSTANTIATE = "cronjob.kubernetes.io/instantiate";

export function readCronJob(object: unknown): CronJob {
  const { metadata, spec, status } = RawCronJob.parse(object);
  const { uid, namespace, name, annotations } = metadata;
  return {
    uid,
    namespace,
    name,
    annotations,
    schedule: spec.schedule,
    timeZone: spec.timeZone ?? null,
    isSuspended: spec.suspend ?? false,
    concurrencyPolicy: spec.concurrencyPolicy,
    startingDeadlineSeconds: spec.startingDeadlineSeconds ?? null,
    activeDeadlineSeconds: spec.jobTemplate?.spec?.activeDeadlineSeconds ?? null,
    lastScheduleAt: instant(status.lastScheduleTime),
    lastSuccessAt: instant(status.lastSuccessfulTime),
    createdAt: Date.parse(metadata.creationTimestamp),
  };
}

export function readJob(object: unknown): Job {
  const { metadata, spec, status } = RawJob.parse(object);
  const { uid, namespace, name, annotations } = metadata;
  const owner = metadata.ownerReferences.find(
    ({ kind, controller }) => kind === "CronJob" && controller !== false,
  );
  const conditions = (status.conditions ?? []).filter((condition) => condition.status === "True");
  const last = conditions.find(({ type }) => type === "Complete" || type === "Failed");
  // completionTime stands only at a success.
  const endAt = status.completionTime ?? last?.lastTransitionTime;
  return {
    uid,
    namespace,
    name,
    cronJobUid: owner?.uid ?? null,
    dueAt: instant(annotations[DUE]),
    isManual: annotations[INSTANTIATE] === "manual",
    isSuspended: spec.suspend ?? false,
    createdAt: Date.parse(metadata.creationTimestamp),
    pods: { active: status.active ?? 0, succeeded: status.succeeded ?? 0, failed: status.failed ?? 0 },
    end:
      last === undefined
        ? null
        : {
            isSuccess: last.type === "Complete",
            reason: last.reason,
            message: last.message,
            at: instant(endAt) ?? Date.parse(metadata.creationTimestamp),
          },
  };
}

export function readPod(object: unknown): Pod {
  const { metadata, spec, status } = RawPod.parse(object);
  const { uid, namespace, name } = metadata;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const ended = containers.flatMap(({ name: container, state, lastState }) => {
    const end = state.terminated ?? lastState.terminated;
    return end && end.exitCode !== 0 ? [{ container, ...end }] : [];
  });
  // The container that ran out of memory, rather than those that were stopped for it.
  const failed = ended.find(({ reason }) => reason === "OOMKilled") ?? ended[0];
  const waiting = containers
    .map(({ state }) => state.waiting)
    .find((one) => one && !STARTING.has(one.reason));
  const scheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  const unbound =
    scheduled?.status === "False" ? { reason: scheduled.reason, message: scheduled.message } : null;
  return {
    uid,
    namespace,
    name,
    node: spec.nodeName ?? null,
    jobUid: metadata.ownerReferences.find(({ kind }) => kind === "Job")?.uid ?? null,
    createdAt: Date.parse(metadata.creationTimestamp),
    failure: failureOf(status, failed),
    waiting: waiting ?? unbound,
  };
}

/** Reasons that every container has for a moment. */
const STARTING = new Set(["ContainerCreating", "PodInitializing", ""]);

function failureOf(
  { phase, reason, message }: { phase: string; reason: string; message: string },
  failed: (z.infer<typeof Terminated> & { container: string }) | undefined,
): Pod["failure"] {
  // A pod that was evicted, or that outlived its deadline, says so itself.
  if (phase === "Failed" && reason !== "")
    return { reason, message, exitCode: failed?.exitCode ?? null, container: failed?.container ?? null };
  if (failed === undefined) return null;
  return {
    reason: failed.reason,
    message: failed.message,
    exitCode: failed.exitCode,
    container: failed.container,
  };
}

function instant(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? null : at;
}
