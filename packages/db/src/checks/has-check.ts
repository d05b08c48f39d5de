import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { checks } from "../schema/index.ts";
import type { CheckRef } from "./find-check.ts";

/** Whether the project has this check. */
export async function hasCheck(db: Db, ref: CheckRef): Promise<boolean> {
  const found = await db
    .select({ id: checks.id })
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
  return found.length > 0;
}
