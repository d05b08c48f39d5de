import { and, eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { sessions, users } from "../schema/index.ts";

/** Whether a session of the person with this e-mail began at this address: a place that they are known to use. */
export async function hasSignedInFrom(db: Db, of: { email: string; address: string }): Promise<boolean> {
  const [found] = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(users.email, of.email.trim().toLowerCase()), eq(sessions.ipAddress, of.address)))
    .limit(1);
  return found !== undefined;
}
