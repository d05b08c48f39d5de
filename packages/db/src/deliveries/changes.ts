import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { uuidArray } from "./due.ts";

/** Wakes the senders, once the transaction commits. */
export async function notifySenders(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

/** Announces a change of these deliveries to open pages, once the transaction commits. */
export async function notifyChanges(tx: Db | Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select pg_notify('overdue_changes', ${changeJson(sql`d`)}) from deliveries d where d.id = any(${uuidArray(ids)})`);
}

/** The `LiveEvent` of a delivery as JSON text, made from the row of that name. */
export function changeJson(row: ReturnType<typeof sql>) {
  return sql`json_build_object('projectId', ${row}.project_id, 'checkId', ${row}.check_id,
    'deliveryId', ${row}.id, 'channelId', ${row}.channel_id)::text`;
}
