import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { checks } from "../schema/index.ts";
import type { CheckRef } from "./find-check.ts";

/** Hides a check: it is neither pinged nor judged until `restoreCheck`. @returns whether it was there. */
export async function deleteCheck(db: Db, { projectId, checkId }: CheckRef): Promise<boolean> {
  const hidden = await db
    .update(checks)
    .set({ deletedAt: sql`now()`, wakeAt: null, version: sql`${checks.version} + 1` })
    .where(and(eq(checks.projectId, projectId), eq(checks.id, checkId), isNull(checks.deletedAt)))
    .returning({ id: checks.id });
  return hidden.length > 0;
}

/** Brings a deleted check back and wakes it at once. @returns whether there was something to undo. */
export async function restoreCheck(db: Db, { projectId, checkId }: CheckRef): Promise<boolean> {
  const restored = await db
    .update(checks)
    .set({ deletedAt: null, version: sql`${checks.version} + 1` })
    .where(and(eq(checks.projectId, projectId), eq(checks.id, checkId), isNotNull(checks.deletedAt)))
    .returning({ id: checks.id });
  return restored.length > 0;
}
