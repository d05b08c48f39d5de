import { and, asc, eq, isNull, or, gt, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import type { MemberRef } from "../projects/list-members.ts";
import { apiKeys } from "../schema/index.ts";
import type { KeyRow } from "./find-key.ts";

/** The valid keys that a person created in a project, oldest first. They stay valid when the person leaves the project. */
export async function listKeysMadeBy(db: Db, ref: MemberRef): Promise<KeyRow[]> {
  return await db.select().from(apiKeys).where(isMadeBy(ref)).orderBy(asc(apiKeys.id));
}

/** Revokes all valid keys that a person created in a project. */
export async function revokeKeysMadeBy(tx: Db | Tx, ref: MemberRef): Promise<void> {
  await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(isMadeBy(ref));
}

function isMadeBy({ projectId, userId }: MemberRef) {
  return and(
    eq(apiKeys.projectId, projectId),
    eq(apiKeys.createdBy, userId),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
  );
}
