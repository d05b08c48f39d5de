import { type SQL as Sql, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { INFORMATIONAL } from "../schema/delivery-lists.ts";

/** Deletes up to `limit` rows that are kept no longer. @returns how many were deleted: fewer than `limit` once nothing is left */
export type Prune = (db: Db, limit: number) => Promise<number>;

/** How many rows of each check or channel are read at a time, by indexes that begin with it. */
const PER_OWNER_MAX = 5_000;

/** SQL: checks joined with what their project and its plan say of how long what is kept. */
const CHECKS_OF_PROJECTS = sql.raw("checks c join project_retention kept on kept.id = c.project_id");

/** Pings of a check beyond the number that its project keeps. */
export const prunePingsBeyondCount: Prune = (db, limit) =>
  count(
    db,
    sql`delete from pings where (check_id, number) in (
      select old.check_id, old.number from ${CHECKS_OF_PROJECTS}
      cross join lateral (
        select p.check_id, p.number from pings p
        where p.check_id = c.id and p.number <= c.ping_count - kept.kept_pings order by p.number limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** Pings older than their project keeps them, except the newest of each check, so that its last ping stays known. */
export const pruneOldPings: Prune = (db, limit) =>
  count(
    db,
    sql`delete from pings where (check_id, number) in (
      select old.check_id, old.number from ${CHECKS_OF_PROJECTS}
      cross join lateral (
        select p.check_id, p.number, p.received_at from pings p
        where p.check_id = c.id and p.number < c.ping_count order by p.number limit ${PER_OWNER_MAX}
      ) old where old.received_at < now() - kept.kept_ping_days * interval '1 day' limit ${limit})`,
  );

/** Flips older than 400 days, except the newest of each check, so that it stays known since when it has its status. */
export const pruneFlips: Prune = (db, limit) =>
  count(
    db,
    sql`delete from flips where id in (
      select old.id from checks c
      cross join lateral (
        select f.id from flips f
        where f.check_id = c.id and f.at < now() - interval '400 days'
          and exists (select from flips newer where newer.check_id = c.id and newer.at > f.at)
        order by f.at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** Incidents that ended more than 400 days ago. */
export const pruneIncidents: Prune = (db, limit) =>
  count(
    db,
    sql`delete from incidents where id in (
      select old.id from checks c
      cross join lateral (
        select i.id from incidents i
        where i.check_id = c.id and i.opened_at < now() - interval '400 days' and i.resolved_at is not null
        order by i.opened_at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** Receipts of mails older than 7 days, which no mail server sends again any more. */
export const pruneMailReceipts: Prune = (db, limit) =>
  count(
    db,
    sql`delete from mail_receipts where digest in (
      select digest from mail_receipts where received_at < now() - interval '7 days' limit ${limit})`,
  );

/** Storms whose incidents were all deleted. */
export const pruneStorms: Prune = (db, limit) =>
  count(
    db,
    sql`delete from storms where id in (
      select s.id from storms s
      where s.opened_at < now() - interval '1 day' and not exists (select from incidents i where i.storm_id = s.id)
      limit ${limit})`,
  );

/** Runs whose last ping is older than their project keeps runs. */
export const pruneRuns: Prune = (db, limit) =>
  count(
    db,
    sql`delete from runs where id in (
      select old.id from ${CHECKS_OF_PROJECTS}
      cross join lateral (
        select r.id from runs r
        where r.check_id = c.id and r.heard_at < now() - kept.kept_run_days * interval '1 day' order by r.heard_at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** Slots older than their project keeps them. */
export const pruneSlots: Prune = (db, limit) =>
  count(
    db,
    sql`delete from slots where (check_id, due_at) in (
      select old.check_id, old.due_at from ${CHECKS_OF_PROJECTS}
      cross join lateral (
        select s.check_id, s.due_at from slots s
        where s.check_id = c.id and s.due_at < now() - kept.kept_run_days * interval '1 day' order by s.due_at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** Notices older than 400 days. */
export const pruneNotices: Prune = (db, limit) =>
  count(
    db,
    sql`delete from notices where id in (
      select old.id from checks c
      cross join lateral (
        select n.id from notices n
        where n.check_id = c.id and n.at < now() - interval '400 days' order by n.at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`,
  );

/** What pings said about runs, once their runs are kept no longer. */
export const prunePingFacts: Prune = (db, limit) =>
  count(
    db,
    sql`delete from ping_facts where ping_id in (
      select f.ping_id from ping_facts f join project_retention kept on kept.id = f.project_id
      where f.received_at < now() - kept.kept_run_days * interval '1 day' order by f.received_at limit ${limit})`,
  );

/** Refused pings that were not repeated for 90 days. */
export const pruneRefusedPings: Prune = (db, limit) =>
  count(
    db,
    sql`delete from refused_pings where id in (
      select id from refused_pings where last_at < now() - interval '90 days' limit ${limit})`,
  );

/** Deliveries that ended more than 90 days ago, with their attempts. */
export const pruneDeliveries: Prune = (db, limit) => count(db, deleteEnded("90 days", limit));

/** Deliveries about runs and notices older than a week: a frequent job has many, and its history shows the runs anyway. */
export const pruneInformationalDeliveries: Prune = (db, limit) =>
  count(db, deleteEnded("7 days", limit, sql.raw(`d.kind in ${INFORMATIONAL}`)));

/** SQL: deletes the deliveries of these kinds that ended more than `ago` ago. */
function deleteEnded(ago: string, limit: number, kinds: Sql = sql`true`): Sql {
  return sql`delete from deliveries where id in (
      select old.id from channels c
      cross join lateral (
        select d.id from deliveries d
        where d.channel_id = c.id and d.created_at < now() - ${ago}::interval
          and d.finished_at < now() - ${ago}::interval and ${kinds}
        order by d.created_at limit ${PER_OWNER_MAX}
      ) old limit ${limit})`;
}

/** Sessions, tokens, mails, invitations and counts of tries that have expired. */
export const pruneAccounts: Prune = async (db) => {
  await db.execute(
    sql`delete from sessions where expires_at < now() or created_at < now() - interval '30 days'`,
  );
  await db.execute(sql`delete from account_tokens where expires_at < now() - interval '1 day'`);
  await db.execute(sql`delete from account_mails where created_at < now() - interval '2 days'`);
  await db.execute(
    sql`delete from invitations where coalesce(ended_at, expires_at) < now() - interval '90 days'`,
  );
  await db.execute(sql`delete from email_changes where expires_at < now()`);
  await db.execute(sql`delete from sign_in_states where expires_at < now()`);
  await db.execute(sql`delete from verifications where expires_at < now()`);
  await db.execute(sql`delete from try_counts where expire < extract(epoch from now()) * 1000`);
  return 0;
};

/** Objects that were deleted more than 30 days ago, and can then no longer be restored. Only a few at a time, since each is deleted with its history. */
export const pruneDeleted: Prune = async (db, limit) => {
  const few = Math.min(limit, 20);
  const checks = await count(
    db,
    sql`delete from checks where id in (
      select id from checks where deleted_at < now() - interval '30 days' limit ${few})`,
  );
  // A window whose checks were all deleted applies to nothing.
  await db.execute(sql`delete from maintenance_windows w where not w.for_all and w.tags = '{}'
    and not exists (select 1 from maintenance_checks m where m.window_id = w.id)`);
  const channels = await count(
    db,
    sql`delete from channels where id in (
      select id from channels where deleted_at < now() - interval '30 days' limit ${few})`,
  );
  const projects = await count(
    db,
    sql`delete from projects where id in (
      select id from projects where deleted_at < now() - interval '30 days' limit ${few})`,
  );
  await db.execute(
    sql`delete from organizations o where o.deleted_at < now() - interval '30 days'
      and not exists (select from projects p where p.organization_id = o.id)`,
  );
  const others = await count(
    db,
    sql`delete from deleted_objects where (project_id, id) in (
      select project_id, id from deleted_objects where deleted_at < now() - interval '30 days' limit ${few})`,
  );
  return checks + channels + projects + others === 0 ? 0 : limit;
};

async function count(db: Db, statement: Sql): Promise<number> {
  const { count } = await db.execute(statement);
  return count;
}

/**
 * Claims the next run of a maintenance job, unless it was run within the last `notWithinSeconds`. @returns whether the caller
 * is to run it; of several processes that ask at once, only one is
 */
export async function claimJobRun(db: Db, name: string, notWithinSeconds: number): Promise<boolean> {
  const rows = await db.execute(sql`
    insert into instance_facts as f (name, value, created_at) values (${`job ${name}`}, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at
      where f.created_at < clock_timestamp() - ${notWithinSeconds} * interval '1 second'
    returning name`);
  return rows.length > 0;
}
