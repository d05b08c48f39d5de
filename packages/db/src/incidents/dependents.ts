import type { Instant } from "@overdue/schedules";
import { type SQL, sql } from "drizzle-orm";

import type { Db, Pool, PoolClient, Tx } from "../database.ts";
import { NOW, epochMs, Fragment } from "../sql-fragments.ts";

/**
 * Whether the direct and indirect dependencies of a check hold back its alert. `down`: one of them is down. `holdUntil`: one
 * is past its own expected time and will be evaluated soon; the alert waits until then, in case that is the cause.
 */
export type DependencyHold = { down: boolean; holdUntil: Instant | null };

/** An alert waits no longer than this for the evaluation of a dependency. */
const HOLD_SECONDS_MAX = 60;

/**
 * The holds of the checks among these that depend on another, by id. A dependency that is up but overdue holds until its
 * deadline if that is less than a minute ahead. A paused, new or deleted one holds nothing, and the dependencies of a deleted
 * one do not count.
 */
export async function dependencyHolds(
  db: Pool | PoolClient,
  checkIds: readonly string[],
  at: Instant,
): Promise<Map<string, DependencyHold>> {
  if (checkIds.length === 0) return new Map();
  const rows = await db.query<{ checkId: string; down: boolean; holdUntil: Instant | null }>(
    `with recursive above as (
             select d.check_id, d.depends_on_id from check_dependencies d where d.check_id = any($1::uuid[])
             union
             select a.check_id, d.depends_on_id from above a
               join checks b on b.id = a.depends_on_id and b.deleted_at is null
               join check_dependencies d on d.check_id = b.id
           )
           select a.check_id as "checkId", bool_or(c.status = 'down') as down,
                  ${epochMs(`max(c.deadline_at) filter (
                     where c.status = 'up' and c.expected_at <= x.at and c.deadline_at > x.at
                       and c.deadline_at <= x.at + ${HOLD_SECONDS_MAX} * interval '1 second')`)} as "holdUntil"
             from above a join checks c on c.id = a.depends_on_id and c.deleted_at is null
            cross join (select to_timestamp($2::float8 / 1000) as at) x
            group by a.check_id`,
    [[...new Set(checkIds)], at],
  );
  return new Map(rows.map(({ checkId, down, holdUntil }) => [checkId, { down, holdUntil }]));
}

/**
 * SQL: which of the rows `i` is the incident of a check that is open, if any is: only its newest one can be, by the number
 * of its deadline, since clocks are set back.
 *
 * Asked with `is null`, a server without fresh statistics reads the index of all open incidents for each check that
 * recovers: after an outage of what they share, those are ten thousand. It does not know that this means the same.
 */
export function openIncidentOf(checkId: string): string {
  return `i.id = ${newestIncident(checkId)} and coalesce(i.resolved_at, 'infinity') = 'infinity'`;
}

/** SQL: the id of a check's newest incident. */
export function newestIncident(checkId: string): string {
  return `(select n.id from incidents n where n.check_id = ${checkId} order by n.deadline_seq desc limit 1)`;
}

// SQL: makes due the open incidents of the checks `named` and of all that depend on them. An incident that is locked is
// skipped instead of waited for: it is planned again within a minute anyway.
const WOKEN = new Fragment(`
  below as (
    select id from named
    union
    select d.check_id from below b join check_dependencies d on d.depends_on_id = b.id
  ), held as (
    select i.id from below b join incidents i on ${openIncidentOf("b.id")} for no key update of i skip locked
  ), woken as (
    update incidents i set wake_at = ${NOW} from held where i.id = held.id returning i.id
  )`);
const NOTIFY_ESCALATOR = new Fragment("select pg_notify('overdue_incidents', '')");

/** Makes the open incidents of these changed checks and of their dependents due at once, so that the routes decide anew. */
export async function makeIncidentsDue(client: PoolClient, checkIds: readonly string[]): Promise<void> {
  if (checkIds.length === 0) return;
  const { count } = await client.query(
    `with recursive named as (select unnest($1::uuid[]) as id), ${WOKEN} select id from woken`,
    [[...checkIds]],
  );
  if (count > 0) await client.query(`${NOTIFY_ESCALATOR}`);
}

/** The same for the checks that the statement `change` updates, together with it. @returns whether it updated any */
export async function changeAndWakeDependents(db: Db | Tx, change: SQL): Promise<boolean> {
  const rows = await db.execute<{ changed: number }>(
    sql`with recursive named as (${change} returning id), ${WOKEN} select count(*)::int as changed from named`,
  );
  await db.execute(NOTIFY_ESCALATOR);
  return (rows[0]?.changed ?? 0) > 0;
}

/** The same for one check whose dependencies have changed, in Drizzle's transaction. */
export async function wakeCheckAndDependents(db: Db | Tx, checkId: string): Promise<void> {
  await db.execute(
    sql`with recursive named as (select ${checkId}::uuid as id), ${WOKEN} select count(*) from woken`,
  );
  await db.execute(NOTIFY_ESCALATOR);
}
