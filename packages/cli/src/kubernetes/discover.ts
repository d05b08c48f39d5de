import type { FoundJob } from "../discover/job.ts";
import type { History } from "../discover/propose.ts";
import type { Machine } from "../machine.ts";
import type { KnownCheck } from "../project.ts";
import { findAccess } from "./access.ts";
import { connectCluster } from "./connection.ts";
import { foundCronJob, historyOf, isLeftOut, slugOf } from "./cron-jobs.ts";
import { readCronJob, readJob } from "./objects.ts";
import { listKind } from "./scopes.ts";

type Found = { jobs: FoundJob[]; histories: Map<FoundJob, History> };

/** The CronJobs of a cluster, or of some of its namespaces. One whose check has had a ping is reported by the agent. */
export async function findCronJobs(
  machine: Machine,
  { namespaces, checks }: { namespaces: readonly string[]; checks: readonly KnownCheck[] },
): Promise<Found> {
  const cluster = connectCluster(findAccess(machine));
  const cronJobs = (await listKind(cluster, "cronjob", namespaces))
    .map(readCronJob)
    .filter((one) => !isLeftOut(one));
  const past = (await listKind(cluster, "job", namespaces)).map(readJob);
  const histories = new Map<FoundJob, History>();
  const jobs = cronJobs.map((cronJob) => {
    const check = checks.find(({ slug }) => slug === slugOf(cronJob));
    const job = foundCronJob(cronJob, check !== undefined && check.status !== "new");
    const history = historyOf(cronJob, past);
    if (history !== null) histories.set(job, history);
    return job;
  });
  return { jobs, histories };
}
