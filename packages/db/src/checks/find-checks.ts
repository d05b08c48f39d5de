import { and, asc, desc, eq, getTableColumns, gt, inArray, isNull, type SQL, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { channels, checkChannels, checkDependencies, checks, projects, runs } from "../schema/index.ts";
import type { CheckRow } from "./check-row.ts";

export type CheckRef = { projectId: string; checkId: string };
export type CheckWithChannels = CheckRow & { channelIds: string[] };
/** `dependsOn`: the checks that it depends on directly. `lastSuccessAt`: when its last good run ended; null if none is kept. */
export type LinkedCheck = CheckWithChannels & { dependsOn: string[]; lastSuccessAt: Date | null };

/** A check with its links; null if there is none, or it is deleted. */
export async function findCheck(db: Db, ref: CheckRef): Promise<LinkedCheck | null> {
  const [row] = await db
    .select()
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
  if (row === undefined) return null;
  const [found] = await withLinks(db, [row]);
  return found ?? null;
}

/** Adds channels, dependencies and the last success to each row. */
async function withLinks(db: Db | Tx, rows: readonly CheckRow[]): Promise<LinkedCheck[]> {
  const ids = rows.map((row) => row.id);
  const links = await db.select().from(checkChannels).where(inArray(checkChannels.checkId, ids));
  const above = await db.select().from(checkDependencies).where(inArray(checkDependencies.checkId, ids));
  const successes = await lastSuccesses(db, ids);
  const channelsOf = Map.groupBy(links, (link) => link.checkId);
  const aboveOf = Map.groupBy(above, (link) => link.checkId);
  return rows.map((row) => ({
    ...row,
    channelIds: (channelsOf.get(row.id) ?? []).map((link) => link.channelId),
    dependsOn: (aboveOf.get(row.id) ?? []).map((link) => link.dependsOnId),
    lastSuccessAt: successes.get(row.id) ?? null,
  }));
}

/** The end of the last good run of each check, by id. */
async function lastSuccesses(db: Db | Tx, ids: readonly string[]): Promise<Map<string, Date>> {
  const last = db
    .select({ at: runs.heardAt })
    .from(runs)
    .where(and(eq(runs.checkId, checks.id), eq(runs.outcome, sql`'success'`)))
    .orderBy(desc(runs.heardAt))
    .limit(1)
    .as("last");
  const found = await db
    .select({ id: checks.id, at: last.at })
    .from(checks)
    .innerJoinLateral(last, sql`true`)
    .where(inArray(checks.id, [...ids]));
  return new Map(found.map(({ id, at }) => [id, at]));
}

export type CheckFilter = { projectId: string; slug?: string; tags?: readonly string[] };

/** Checks of a project that have all the tags, oldest first; only those after the check `after`. */
export async function listChecks(
  db: Db,
  filter: CheckFilter,
  page: { limit: number; after: string | null },
): Promise<LinkedCheck[]> {
  const rows = await db
    .select()
    .from(checks)
    .where(
      and(
        eq(checks.projectId, filter.projectId),
        isNull(checks.deletedAt),
        filter.slug === undefined ? undefined : eq(checks.slug, filter.slug),
        ...(filter.tags ?? []).map((tag) => sql`${tag} = any(string_to_array(${checks.tags}, ' '))`),
        page.after === null ? undefined : gt(checks.id, page.after),
      ),
    )
    .orderBy(asc(checks.id))
    .limit(page.limit);
  return await withLinks(db, rows);
}

/** A check's name, status and schedule alone. */
export type ScheduledCheck = Pick<CheckRow, "id" | "name" | "slug" | "status" | "schedule">;

/** The schedules of a project's checks, oldest first. */
export async function listSchedules(db: Db, projectId: string): Promise<ScheduledCheck[]> {
  const { id, name, slug, status, schedule } = getTableColumns(checks);
  return await db
    .select({ id, name, slug, status, schedule })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)))
    .orderBy(asc(checks.id));
}

/** Whether the project has this check. */
export async function hasCheck(db: Db, ref: CheckRef): Promise<boolean> {
  const found = await db
    .select({ id: checks.id })
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
  return found.length > 0;
}

/** Checks with their channels, oldest first; none that are deleted, or whose project is. */
export async function checksWithChannels(
  db: Db | Tx,
  where: SQL | undefined,
  limit: number,
): Promise<CheckWithChannels[]> {
  return await db
    .select({ ...getTableColumns(checks), channelIds: CHANNEL_IDS })
    .from(checks)
    .innerJoin(projects, and(eq(projects.id, checks.projectId), isNull(projects.deletedAt)))
    .where(and(where, isNull(checks.deletedAt)))
    .orderBy(asc(checks.createdAt), asc(checks.id))
    .limit(limit);
}

const CHANNEL_IDS = sql<string[]>`array(
  select ${checkChannels.channelId} from ${checkChannels}
    join ${channels} on ${channels.id} = ${checkChannels.channelId} and ${channels.deletedAt} is null
   where ${checkChannels.checkId} = ${checks.id}
   order by 1)`;
