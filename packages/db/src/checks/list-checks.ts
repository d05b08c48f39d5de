import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { checkChannels, checks } from "../schema/index.ts";
import type { CheckRow } from "./check-row.ts";
import type { CheckWithChannels } from "./find-check.ts";

export type CheckFilter = { projectId: string; slug?: string; tags?: readonly string[] };

/** Checks of a project, oldest first, from after the check `after`; each must carry all the tags. */
export async function listChecks(
  db: Db,
  filter: CheckFilter,
  page: { limit: number; after: string | null },
): Promise<CheckWithChannels[]> {
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
  return await withChannels(db, rows);
}

async function withChannels(db: Db, rows: readonly CheckRow[]): Promise<CheckWithChannels[]> {
  const ids = rows.map((row) => row.id);
  const links = await db.select().from(checkChannels).where(inArray(checkChannels.checkId, ids));
  const byCheck = Map.groupBy(links, (link) => link.checkId);
  return rows.map((row) => ({
    ...row,
    channelIds: (byCheck.get(row.id) ?? []).map((link) => link.channelId),
  }));
}
