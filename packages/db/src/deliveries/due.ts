import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** A delivery that waits to be attempted. `attempt`: the number that the next attempt will have. */
export type DueDelivery = {
  deliveryId: string;
  attempt: number;
  projectId: string;
  channelId: string;
  channelKind: string;
  /** How many of its project's due deliveries stand before it, from 1. */
  rank: number;
  /** Attempts that died with their process, the one included whose lease ran out. */
  crashes: number;
  /** A run or a notice, which lets alerts go first. */
  isQuiet: boolean;
};

/**
 * Deliveries whose time has come, or whose attempt died with its lease; due for `dueForMs` at least. Ordered so that
 * every project gets its first turn before any gets its second, and alerts come before what is quiet. `except`: ids that
 * are being dealt with.
 */
export async function dueDeliveries(
  db: Db,
  options: { limit: number; except: readonly string[]; dueForMs: number },
): Promise<DueDelivery[]> {
  const before = sql`clock_timestamp() - ${options.dueForMs} * interval '1 millisecond'`;
  const rows = await db.execute<DueDelivery>(sql`
    select due.id as "deliveryId", due.attempt + 1 as "attempt", due.project_id as "projectId",
           due.channel_id as "channelId", c.kind as "channelKind", due.rank::int as "rank",
           due.crashes + (due.state = 'sending')::int as "crashes", due.quiet as "isQuiet"
    from (
      select d.*, d.kind in ('run', 'notice') as quiet, row_number() over (
        partition by d.project_id, d.kind in ('run', 'notice') order by d.next_attempt_at, d.id) as rank
      from deliveries d
      where (d.state in ('pending', 'retry') and d.next_attempt_at <= ${before})
         or (d.state = 'sending' and d.lease_until <= ${before})
    ) due
    join channels c on c.project_id = due.project_id and c.id = due.channel_id
    left join unnest(${uuids(options.except)}) as known(id) on known.id = due.id
    where known.id is null
    order by due.quiet, due.rank, due.id
    limit ${options.limit}`);
  return rows;
}

/**
 * How long until the next delivery falls due or a lease runs out; null for never. What has been due for a while is left
 * out: it was found already, and waits for its turn.
 */
export async function msUntilDue(db: Db): Promise<number | null> {
  const rows = await db.execute<{ ms: number | null }>(sql`
    select (extract(epoch from min(due.at) - clock_timestamp()) * 1000)::float8 as ms
    from (
      select case state when 'sending' then lease_until else next_attempt_at end as at
      from deliveries where state in ('pending', 'retry', 'sending')
    ) due
    where due.at > clock_timestamp() - interval '100 milliseconds'`);
  return rows[0]?.ms ?? null;
}

/** Those of these deliveries whose time has come, or whose attempt died with its lease. */
export async function stillDue(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select id from deliveries where id = any(${uuids(ids)}) and state in ('pending', 'retry', 'sending')
      and case state when 'sending' then lease_until else next_attempt_at end <= clock_timestamp()`);
  return rows.map(({ id }) => id);
}

/** A list of ids as one parameter, however long. */
export function uuids(ids: readonly string[]) {
  return sql`${`{${ids.join(",")}}`}::uuid[]`;
}
