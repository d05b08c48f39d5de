import type { Instant } from "@overdue/schedules";
import { and, eq, gt, isNull, or } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys, projects } from "../schema/index.ts";
import { isKey, storedKey } from "../secrets/api-key.ts";

export type KeyRow = typeof apiKeys.$inferSelect;

/** The key that was sent, if it is one of a project that is there, neither expired nor revoked. */
export async function findKey(db: Db, key: string, now: Instant): Promise<KeyRow | null> {
  const candidates = await db
    .select({ key: apiKeys })
    .from(apiKeys)
    .innerJoin(projects, eq(projects.id, apiKeys.projectId))
    .where(
      and(
        eq(apiKeys.prefix, storedKey(key).prefix),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date(now))),
        isNull(projects.deletedAt),
      ),
    );
  return candidates.find((candidate) => isKey(key, candidate.key.hash))?.key ?? null;
}
