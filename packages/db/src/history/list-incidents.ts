import { and, desc, eq, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { incidents } from "../schema/index.ts";
import type { EventPage } from "./page.ts";

/** Incidents of a check, newest first. */
export async function listIncidents(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.projectId, projectId),
        eq(incidents.checkId, checkId),
        after === null
          ? undefined
          : sql`(${incidents.openedAt}, ${incidents.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(incidents.openedAt), desc(incidents.id))
    .limit(limit);
}
