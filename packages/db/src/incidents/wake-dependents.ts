import { type SQL, sql } from "drizzle-orm";

import type { Db, Tx, PoolClient } from "../database.ts";

// Of the checks called `named`, and of whatever depends on them. An incident that somebody holds is left to its next
// look, within a minute: nobody waits for it here.
const WOKEN = `
  below as (
    select id from named
    union
    select d.check_id from below b join check_dependencies d on d.depends_on_id = b.id
  ), held as (
    select i.id from incidents i join below b on b.id = i.check_id
     where i.resolved_at is null for no key update of i skip locked
  ), woken as (
    update incidents i set wake_at = clock_timestamp() from held where i.id = held.id returning i.id
  )`;
const RING = "select pg_notify('overdue_incidents', '')";

/** Lets the routes look at once at the open incidents of these checks, which have changed, and of their dependents. */
export async function wakeDependents(client: PoolClient, checkIds: readonly string[]): Promise<void> {
  if (checkIds.length === 0) return;
  const { count } = await client.query(
    `with recursive named as (select unnest($1::uuid[]) as id), ${WOKEN} select id from woken`,
    [[...checkIds]],
  );
  if (count > 0) await client.query(RING);
}

/** The same for the checks that a statement changes, in that one statement. @returns whether it changed any. */
export async function changeAndWake(db: Db | Tx, change: SQL): Promise<boolean> {
  const rows = await db.execute<{ changed: number }>(
    sql`with recursive named as (${change} returning id), ${sql.raw(WOKEN)} select count(*)::int as changed from named`,
  );
  await db.execute(sql.raw(RING));
  return (rows[0]?.changed ?? 0) > 0;
}

/** The same where something else than the checks has changed. */
export async function wakeFrom(db: Db | Tx, checkId: string): Promise<void> {
  await db.execute(
    sql`with recursive named as (select ${checkId}::uuid as id), ${sql.raw(WOKEN)} select count(*) from woken`,
  );
  await db.execute(sql.raw(RING));
}
