import type { Instant } from "@overdue/schedules";
import { and, desc, eq, gte, lt } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { flips } from "../schema/index.ts";

const AT_MOST = 10_000;

/** Changes of status within [from, until), the one written last first. */
export async function listFlipsWithin(
  db: Db,
  { projectId, checkId }: CheckRef,
  { from, until }: { from: Instant | null; until: Instant | null },
): Promise<{ at: Date; to: string }[]> {
  return await db
    .select({ at: flips.at, to: flips.to })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        from === null ? undefined : gte(flips.at, new Date(from)),
        until === null ? undefined : lt(flips.at, new Date(until)),
      ),
    )
    .orderBy(desc(flips.deadlineSeq), desc(flips.id))
    .limit(AT_MOST);
}
