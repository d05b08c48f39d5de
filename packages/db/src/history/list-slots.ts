import { and, desc, eq, lt } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { slots } from "../schema/index.ts";

/** Expected occurrences of a check and what became of them, newest first, from before the instant `before`. */
export async function listSlots(
  db: Db,
  { projectId, checkId }: CheckRef,
  page: { limit: number; before: Date | null },
) {
  return await db
    .select()
    .from(slots)
    .where(
      and(
        eq(slots.projectId, projectId),
        eq(slots.checkId, checkId),
        page.before === null ? undefined : lt(slots.dueAt, page.before),
      ),
    )
    .orderBy(desc(slots.dueAt))
    .limit(page.limit);
}
