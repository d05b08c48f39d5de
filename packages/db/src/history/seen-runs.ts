import type { Instant } from "@overdue/schedules";
import { and, desc, eq, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { notices, runs } from "../schema/index.ts";

const NEWEST = 200;

/** The newest 200 runs that came under the settings of now, that is since they were last edited. */
export async function seenRuns(
  db: Db,
  { projectId, checkId }: CheckRef,
): Promise<{ startedAt: Instant | null; endedAt: Instant | null }[]> {
  const edited = sql`coalesce((select max(${notices.at}) from ${notices}
    where ${notices.checkId} = ${checkId} and ${notices.notice} = 'edited'), '-infinity')`;
  const rows = await db
    .select({ startedAt: runs.startedAt, endedAt: runs.endedAt })
    .from(runs)
    .where(and(eq(runs.projectId, projectId), eq(runs.checkId, checkId), sql`${runs.heardAt} > ${edited}`))
    .orderBy(desc(runs.heardAt))
    .limit(NEWEST);
  return rows.map(({ startedAt, endedAt }) => ({
    startedAt: startedAt?.getTime() ?? null,
    endedAt: endedAt?.getTime() ?? null,
  }));
}
