import { and, desc, eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import type { EventPage } from "../history/page.ts";
import { auditEntries } from "../schema/index.ts";

export type AuditRow = typeof auditEntries.$inferSelect;

/** What was changed in a project, or one object of it, newest first. */
export async function listAuditEntries(
  db: Db,
  of: { projectId: string; objectId?: string },
  { limit, after }: EventPage,
): Promise<AuditRow[]> {
  return await db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.projectId, of.projectId),
        of.objectId === undefined ? undefined : eq(auditEntries.objectId, of.objectId),
        after === null
          ? undefined
          : sql`(${auditEntries.at}, ${auditEntries.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .limit(limit);
}
