import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { users } from "../schema/index.ts";
import type { UserRow } from "./find-user.ts";

/** The person with an e-mail, in whatever letters it is written, or null. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.email, email.toLowerCase()));
  return found ?? null;
}
