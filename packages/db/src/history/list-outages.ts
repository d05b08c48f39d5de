import { desc, lt } from "drizzle-orm";

import type { Db } from "../database.ts";
import { outages } from "../schema/index.ts";

/** Spans in which Overdue itself could not receive pings, newest first, from before the instant `before`. */
export async function listOutages(db: Db, page: { limit: number; before: Date | null }) {
  return await db
    .select({
      startedAt: outages.startedAt,
      endedAt: outages.endedAt,
      cause: outages.cause,
      setBackMs: outages.setBackMs,
    })
    .from(outages)
    .where(page.before === null ? undefined : lt(outages.startedAt, page.before))
    .orderBy(desc(outages.startedAt))
    .limit(page.limit);
}
