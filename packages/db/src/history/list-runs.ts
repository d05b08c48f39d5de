import { and, desc, eq, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { runs } from "../schema/index.ts";
import type { EventPage } from "./page.ts";

/** Runs of a check, newest first. */
export async function listRuns(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.projectId, projectId),
        eq(runs.checkId, checkId),
        after === null
          ? undefined
          : sql`(${runs.heardAt}, ${runs.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(runs.heardAt), desc(runs.id))
    .limit(limit);
}
