import { and, desc, eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import type { EventPage } from "../history/page.ts";
import { refusedPings } from "../schema/index.ts";

export type RefusedPingRow = typeof refusedPings.$inferSelect;

/** Pings of a project that did not count, those that came again last first; of one check where it is named. */
export async function listRefusedPings(
  db: Db,
  { projectId, checkId }: { projectId: string; checkId?: string | undefined },
  { limit, after }: EventPage,
): Promise<RefusedPingRow[]> {
  return await db
    .select()
    .from(refusedPings)
    .where(
      and(
        eq(refusedPings.projectId, projectId),
        checkId === undefined ? undefined : eq(refusedPings.checkId, checkId),
        after === null
          ? undefined
          : sql`(${refusedPings.lastAt}, ${refusedPings.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(refusedPings.lastAt), desc(refusedPings.id))
    .limit(limit);
}
