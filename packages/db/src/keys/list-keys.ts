import { and, asc, eq, gt, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import type { KeyRow } from "./find-key.ts";

const AT_MOST = 500;

/** The keys of a project that are not revoked, oldest first; from after the key `after`. */
export async function listKeys(
  db: Db,
  projectId: string,
  { limit, after }: { limit: number; after: string | null } = { limit: AT_MOST, after: null },
): Promise<KeyRow[]> {
  return await db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.projectId, projectId),
        isNull(apiKeys.revokedAt),
        after === null ? undefined : gt(apiKeys.id, after),
      ),
    )
    .orderBy(asc(apiKeys.id))
    .limit(limit);
}
