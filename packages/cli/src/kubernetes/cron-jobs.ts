import { slugify } from "@overdue/core";

import type { FoundJob } from "../discover/job.ts";
import type { History } from "../discover/propose.ts";
import type { CronJob, Job } from "./objects.ts";
import { scheduleOf } from "./schedule.ts";

/** Names the check of a CronJob that has another slug. */
const CHECK = "overdue/check";
const SLUG_CHARS_MAX = 100;

/** Leaves a CronJob out. */
const NONE = "none";

/** Whether its annotation says that a CronJob is not to be watched. */
export function isLeftOut({ annotations }: Pick<CronJob, "annotations">): boolean {
  return annotations[CHECK] === NONE;
}

/** The slug of a CronJob's check: what its annotation says, or its namespace and name. */
export function slugOf({
  namespace,
  name,
  annotations,
}: Pick<CronJob, "namespace" | "name" | "annotations">): string {
  return annotations[CHECK] ?? slugify(`${namespace}-${name}`).slice(0, SLUG_CHARS_MAX);
}

/** A CronJob as a job that may be watched. `isWatched`: whether the agent reports it already. */
export function foundCronJob(cronJob: CronJob, isWatched: boolean): FoundJob {
  const { namespace, name, schedule: written, isSuspended, activeDeadlineSeconds } = cronJob;
  const schedule = scheduleOf(cronJob);
  const slug = slugOf(cronJob);
  const isRead = typeof schedule !== "string";
  return {
    kind: "cronjob",
    place: `cronjob/${name} in ${namespace}`,
    target: null,
    written,
    schedule: isRead ? schedule : null,
    jitterSeconds: 0,
    ...(activeDeadlineSeconds !== null && { limitSeconds: activeDeadlineSeconds }),
    user: null,
    command: "",
    name: `${namespace}/${name}`,
    slug,
    watch: isWatched ? { by: "overdue run", in: "the agent", check: slug } : null,
    problem: isRead ? (isSuspended ? "it is suspended" : null) : schedule,
    ofPackage: false,
  };
}

/** How long the runs took whose Jobs are still there; null: there are none. */
export function historyOf({ uid }: CronJob, jobs: readonly Job[]): History | null {
  const lengths = jobs.flatMap(({ cronJobUid, createdAt, end }) =>
    cronJobUid === uid && end?.isSuccess === true ? [end.at - createdAt] : [],
  );
  return lengths.length === 0 ? null : { runs: lengths.length, longestMs: Math.max(...lengths) };
}
