import { and, asc, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import type { KeyRow } from "./find-key.ts";

const AT_MOST = 500;

/** The keys of a project that are not revoked, oldest first. */
export async function listKeys(db: Db, projectId: string): Promise<KeyRow[]> {
  return await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.projectId, projectId), isNull(apiKeys.revokedAt)))
    .orderBy(asc(apiKeys.id))
    .limit(AT_MOST);
}
