import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { users } from "../schema/index.ts";

export type UserRow = typeof users.$inferSelect;

export async function findUser(db: Db, userId: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.id, userId));
  return found ?? null;
}
