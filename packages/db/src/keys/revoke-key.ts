import { and, eq, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";

/** Ends a key at once and for good. @returns whether there was such a key. */
export async function revokeKey(db: Db, of: { projectId: string; keyId: string }): Promise<boolean> {
  const revoked = await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.projectId, of.projectId), eq(apiKeys.id, of.keyId), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return revoked.length > 0;
}
