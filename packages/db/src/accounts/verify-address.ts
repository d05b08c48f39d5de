import { eq } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { users } from "../schema/index.ts";

/** Confirms that the person reads the mailbox of their account, by a link in it or by the operator's word. */
export async function verifyAddress(db: Db | Tx, userId: string): Promise<void> {
  await db.update(users).set({ emailVerified: true }).where(eq(users.id, userId));
}
