import { and, desc, eq, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { notices } from "../schema/index.ts";
import type { EventPage } from "./page.ts";

/** Notices of a check, newest first. */
export async function listNotices(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(notices)
    .where(
      and(
        eq(notices.projectId, projectId),
        eq(notices.checkId, checkId),
        after === null
          ? undefined
          : sql`(${notices.at}, ${notices.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(notices.at), desc(notices.id))
    .limit(limit);
}
