import type { LiveEvent } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Pool, Tx } from "./database.ts";
import { uuidArray } from "./sql-fragments.ts";

const CHECKS_NAMED_MAX = 50;

/** Announces changes to every receiver, for the pages open on it. An event may get lost: a page reads again when it reconnects. */
export async function notifyChanges(pool: Pool, changed: readonly LiveEvent[]): Promise<void> {
  const payloads = combineEvents(changed).map((event) => JSON.stringify(event));
  if (payloads.length === 0) return;
  await pool.query("select pg_notify('overdue_changes', payload) from unnest($1::text[]) as payload", [
    payloads,
  ]);
}

/** One event for each check, and one for the whole project where too many of its checks changed. */
function combineEvents(changed: readonly LiveEvent[]): LiveEvent[] {
  const byProject = new Map<string, Set<string | null>>();
  for (const { projectId, checkId } of changed) {
    byProject.set(projectId, (byProject.get(projectId) ?? new Set()).add(checkId));
  }
  return [...byProject].flatMap(([projectId, checkIds]) =>
    checkIds.size > CHECKS_NAMED_MAX || checkIds.has(null)
      ? [{ projectId, checkId: null }]
      : [...checkIds].map((checkId) => ({ projectId, checkId })),
  );
}

/** Announces a change that concerns the whole project, such as one of its channels, once the transaction commits. */
export async function notifyProjectChange(tx: Db | Tx, projectId: string): Promise<void> {
  const event: LiveEvent = { projectId, checkId: null };
  await tx.execute(sql`select pg_notify('overdue_changes', ${JSON.stringify(event)})`);
}

/** Wakes the senders, once the transaction commits. */
export async function notifySenders(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

/** Announces a change of these deliveries to open pages, once the transaction commits. */
export async function notifyDeliveryChanges(tx: Db | Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select pg_notify('overdue_changes', ${changeJson(sql`d`)}) from deliveries d where d.id = any(${uuidArray(ids)})`);
}

/** SQL: the `LiveEvent` of a delivery as JSON text. `row`: the table or alias that holds the delivery. */
export function changeJson(row: ReturnType<typeof sql>) {
  return sql`json_build_object('projectId', ${row}.project_id, 'checkId', ${row}.check_id,
    'deliveryId', ${row}.id, 'channelId', ${row}.channel_id)::text`;
}
