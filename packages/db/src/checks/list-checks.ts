import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { checks } from "../schema/index.ts";
import { type LinkedCheck, withLinks } from "./find-check.ts";

export type CheckFilter = { projectId: string; slug?: string; tags?: readonly string[] };

/** Checks of a project, oldest first, from after the check `after`; each must carry all the tags. */
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
