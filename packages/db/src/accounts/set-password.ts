import { and, eq } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { accounts, sessions } from "../schema/index.ts";

/** Sets the password hash of an account, made by better-auth, and ends all of its sessions. */
export async function setPassword(
  tx: Tx,
  { userId, passwordHash }: { userId: string; passwordHash: string },
): Promise<void> {
  await tx
    .update(accounts)
    .set({ password: passwordHash, updatedAt: new Date() })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
  await endSessions(tx, userId);
}

export async function endSessions(db: Db | Tx, userId: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.userId, userId));
}
