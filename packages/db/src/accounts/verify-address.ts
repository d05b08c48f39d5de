import { eq } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { users } from "../schema/index.ts";

/** The person reads the mailbox of their account, or whoever runs the instance vouches for it. */
export async function verifyAddress(db: Db | Tx, userId: string): Promise<void> {
  await db.update(users).set({ emailVerified: true }).where(eq(users.id, userId));
}
