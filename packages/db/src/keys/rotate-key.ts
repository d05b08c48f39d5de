import type { Instant } from "@overdue/schedules";
import { and, eq, gt, isNull, or } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import { createKey } from "./create-key.ts";
import type { KeyRow } from "./find-key.ts";

/** Which key to rotate: its project and its id. */
export type KeyRef = { projectId: string; keyId: string };

/**
 * Makes a new key of the same name and scope, which ends when the old one was to end. The old one goes on until `oldEndsAt`, or its own earlier end, so that
 * its users can change over in the meantime. Null where there is no such key that is still valid at `now`.
 */
export async function rotateKey(
  db: Db,
  { projectId, keyId }: KeyRef,
  { now, oldEndsAt, createdBy = null }: { now: Instant; oldEndsAt: Instant; createdBy?: string | null },
): Promise<{ row: KeyRow; key: string; old: KeyRow } | null> {
  return await db.transaction(async (tx) => {
    const [valid] = await tx
      .select()
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.projectId, projectId),
          eq(apiKeys.id, keyId),
          isNull(apiKeys.revokedAt),
          or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date(now))),
        ),
      )
      .for("update");
    if (valid === undefined) return null;
    const expiresAt = new Date(Math.min(oldEndsAt, valid.expiresAt?.getTime() ?? oldEndsAt));
    const [old] = await tx.update(apiKeys).set({ expiresAt }).where(eq(apiKeys.id, keyId)).returning();
    const made = await createKey(tx, {
      projectId,
      name: valid.name,
      scope: valid.scope,
      expiresAt: valid.expiresAt,
      createdBy,
    });
    return old === undefined ? null : { ...made, old };
  });
}
