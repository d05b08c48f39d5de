import type { Cluster, Listing } from "./connection.ts";

/** What the agent watches, in the order in which it is listed: CronJobs and pods before the Jobs between them. */
export const KINDS = ["cronjob", "pod", "job"] as const;
export type Kind = (typeof KINDS)[number];

/** Only pods of Jobs; a cluster has many others. */
const OF_JOBS = "labelSelector=batch.kubernetes.io%2Fjob-name";

/** The lists of the API of one kind: one for the cluster, or one for each namespace. */
export function pathsOf(kind: Kind, namespaces: readonly string[]): string[] {
  const [group, name, query] = {
    cronjob: ["/apis/batch/v1", "cronjobs", ""],
    job: ["/apis/batch/v1", "jobs", ""],
    pod: ["/api/v1", "pods", `?${OF_JOBS}`],
  }[kind] as [string, string, string];
  if (namespaces.length === 0) return [`${group}/${name}${query}`];
  return namespaces.map((namespace) => `${group}/namespaces/${namespace}/${name}${query}`);
}

/** Lists one kind everywhere. */
export async function listKind(
  cluster: Cluster,
  kind: Kind,
  namespaces: readonly string[],
): Promise<unknown[]> {
  const listings: Listing[] = await Promise.all(pathsOf(kind, namespaces).map((path) => cluster.list(path)));
  return listings.flatMap(({ items }) => items);
}
