import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { flips } from "../schema/index.ts";
import type { EventPage } from "./page.ts";

// By their names in full: Drizzle leaves the table's out, and "id" would be the delivery's own.
const CHANNELS = sql<number>`(select count(distinct d.channel_id)::int from deliveries d
  where d.project_id = flips.project_id and d.flip_id = flips.id)`;

/** Changes of status of a check, newest first. */
export async function listFlips(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select({ ...getTableColumns(flips), channels: CHANNELS })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        after === null
          ? undefined
          : sql`(${flips.at}, ${flips.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(flips.at), desc(flips.id))
    .limit(limit);
}
