import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { uuidArray } from "./due.ts";

/** What is heard on `overdue_changes` when a delivery changes: enough to know which pages to refresh. */
export type DeliveryChange = {
  projectId: string;
  checkId: string | null;
  deliveryId: string;
  channelId: string;
};

/** Wakes whoever delivers, once the transaction commits. */
export async function notifySenders(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

/** Tells open pages of these deliveries, once the transaction commits. */
export async function notifyChanges(tx: Db | Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select pg_notify('overdue_changes', ${changeJson(sql`d`)}) from deliveries d where d.id = any(${uuidArray(ids)})`);
}

/** A `DeliveryChange` as JSON text, of the row by that name. */
export function changeJson(row: ReturnType<typeof sql>) {
  return sql`json_build_object('projectId', ${row}.project_id, 'checkId', ${row}.check_id,
    'deliveryId', ${row}.id, 'channelId', ${row}.channel_id)::text`;
}
