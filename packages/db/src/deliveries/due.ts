import { type SQL, sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** A delivery that waits to be attempted. `attempt`: the number that the next attempt will have. */
export type DueDelivery = {
  deliveryId: string;
  attempt: number;
  projectId: string;
  channelId: string;
  channelKind: string;
  /** The time that it is due at, in microseconds of the epoch; two times of the same attempt differ by it. */
  dueAt: number;
  /** Milliseconds until then; 0: it is due. */
  dueInMs: number;
  /** How many of its project's due deliveries that were found with it stand before it, from 1. */
  rank: number;
  /** Attempts that died with their process, the one included whose lease ran out. */
  poisonAttempts: number;
  /** A run or a notice, which lets alerts go first. */
  isInformational: boolean;
};

/**
 * Deliveries whose time comes within `aheadMs`, or whose attempt died with its lease. Ordered so that every project gets
 * its first turn before any gets its second, and alerts come before what is informational. Left out are those that are
 * dealt with `here`, and those `enqueued` for the time that they are due at.
 */
export async function dueDeliveries(
  db: Db,
  options: {
    limit: number;
    aheadMs: number;
    here: readonly string[];
    enqueued: readonly Pick<DueDelivery, "deliveryId" | "dueAt">[];
  },
): Promise<DueDelivery[]> {
  const { here, enqueued } = options;
  const rows = await db.execute<DueDelivery>(sql`
    select due.id as "deliveryId", due.attempt + 1 as "attempt", due.project_id as "projectId",
           due.channel_id as "channelId", c.kind as "channelKind", due.due_at as "dueAt",
           greatest(0, (due.due_at / 1000 - extract(epoch from clock_timestamp()) * 1000)::float8) as "dueInMs",
           due.rank::int as "rank", due.poison_attempts + (due.state = 'sending')::int as "poisonAttempts",
           due.informational as "isInformational"
    from (
      select d.*, d.kind in ('run', 'notice') as informational,
        ${DUE_AT} as due_at,
        row_number() over (
          partition by d.project_id, d.kind in ('run', 'notice') order by d.next_attempt_at, d.id) as rank
      from deliveries d
      where ((d.state in ('pending', 'retry')
            and d.next_attempt_at <= clock_timestamp() + ${options.aheadMs} * interval '1 millisecond')
          or (d.state = 'sending' and d.lease_until <= clock_timestamp()))
        -- "not in" is looked up in a table of hashes, however wrong the planner is about how many are due
        and d.id not in (select unnest(${uuidArray(here)}))
        and (d.id, ${DUE_AT}) not in (
          select * from unnest(${uuidArray(enqueued.map(({ deliveryId }) => deliveryId))},
            ${`{${enqueued.map(({ dueAt }) => dueAt).join(",")}}`}::float8[]))
    ) due
    join channels c on c.project_id = due.project_id and c.id = due.channel_id
    order by due.informational, due.rank, due.id
    limit ${options.limit}`);
  return rows;
}

/** SQL: the time that the delivery `d` is due at, in microseconds of the epoch. */
const DUE_AT = sql.raw(
  "(extract(epoch from case d.state when 'sending' then d.lease_until else d.next_attempt_at end) * 1000000)::float8",
);

/** Those of these deliveries whose time has come, or whose attempt died with its lease. */
export async function stillDue(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select id from deliveries where id = any(${uuidArray(ids)}) and state in ('pending', 'retry', 'sending')
      and case state when 'sending' then lease_until else next_attempt_at end <= clock_timestamp()`);
  return rows.map(({ id }) => id);
}

/** A list of ids as one parameter, however long. */
export function uuidArray(ids: readonly string[]) {
  return sql`${`{${ids.join(",")}}`}::uuid[]`;
}

/**
 * SQL: a table of all deliveries of a check, or of those written `within` an interval. "offset 0" keeps the planner from
 * adding what is asked of their channel: in a storm it read all deliveries of the channel for each check.
 */
export function deliveriesOfCheck(checkId: SQL, within?: string): SQL {
  const isRecent =
    within === undefined ? sql`` : sql`and created_at > clock_timestamp() - ${within}::interval`;
  return sql`(select * from deliveries where check_id = ${checkId} ${isRecent} offset 0)`;
}
