import type { Instant } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";

/** What a person did with their account, such as `account.sign-in`. `address`: from where; null: by a command. */
export type AccountEvent = { userId: string; action: string; at: Instant; address: string | null };

/** Writes it into the audit log of every project of the person: their owners ask who came in, and from where. */
export async function logAccountEvent(db: Db | Tx, event: AccountEvent): Promise<void> {
  const { userId, action, at, address } = event;
  await db.execute(sql`
    insert into audit_entries (project_id, at, actor_kind, actor_id, actor_name, address, action, object_id,
      object_name, fields)
    select m.project_id, ${new Date(at).toISOString()}::timestamptz, 'user', u.id, u.email, ${address}, ${action}, u.id, u.email,
      '[]'::jsonb
    from members m join users u on u.id = m.user_id join projects p on p.id = m.project_id
    where m.user_id = ${userId} and p.deleted_at is null`);
}
