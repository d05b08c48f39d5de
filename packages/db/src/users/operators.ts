import { eq, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { users } from "../schema/index.ts";

/** Makes the oldest account the operator of this instance, where nobody is. */
export async function ensureOperator(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`
    update users set is_operator = true
    where id = (select id from users order by created_at, id limit 1)
      and not exists (select from users where is_operator)`);
}

export async function setOperator(db: Db, userId: string, isOperator: boolean): Promise<void> {
  await db.update(users).set({ isOperator }).where(eq(users.id, userId));
}
