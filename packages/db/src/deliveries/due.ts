import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { INFORMATIONAL, UNFINISHED, WAITING } from "../schema/delivery-lists.ts";
import { NOW, uuidArray } from "../sql-fragments.ts";
import type { Claim } from "./claim.ts";
import { fallBackMeanwhile } from "./fallback.ts";

/** A delivery that waits to be attempted. `attempt`: the number that the next attempt will have. */
export type DueDelivery = {
  deliveryId: string;
  attempt: number;
  projectId: string;
  channelId: string;
  channelKind: string;
  /** When it is due, in microseconds since 1970; it tells apart two due times of the same attempt. */
  dueAt: number;
  /** Milliseconds until it is due; 0: it is due now. */
  dueInMs: number;
  /** Its place, from 1, among the deliveries of its project in this result. */
  rank: number;
  /** Attempts that died with their process, including one whose lease has just run out. */
  poisonAttempts: number;
  /** Whether it reports a run or a notice; alerts are sent before it. */
  isInformational: boolean;
};

/**
 * Deliveries that are due within `aheadMs`, or whose attempt died with its lease. Ordered so that every project gets its
 * first turn before any gets its second, and alerts come before informational messages. Left out are those that this process
 * is sending (`here`), and those that are in a queue for that due time already (`enqueued`).
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
      select d.*, d.kind in ${INFORMATIONAL} as informational,
        ${DUE_AT} as due_at,
        row_number() over (
          partition by d.project_id, d.kind in ${INFORMATIONAL} order by d.next_attempt_at, d.id) as rank
      from deliveries d
      where ((d.state in ${WAITING}
            and d.next_attempt_at <= clock_timestamp() + ${options.aheadMs} * interval '1 millisecond')
          or (d.state = 'sending' and d.lease_until <= clock_timestamp()))
        -- "not in" uses a hash table, even if the planner misjudges how many are due
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

/** SQL: when the delivery `d` is due, in microseconds since 1970. */
const DUE_AT = sql.raw(
  "(extract(epoch from case d.state when 'sending' then d.lease_until else d.next_attempt_at end) * 1000000)::float8",
);

/** The deliveries among these that are still due now, or whose attempt died with its lease. */
export async function stillDue(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select id from deliveries where id = any(${uuidArray(ids)}) and state in ${UNFINISHED}
      and case state when 'sending' then lease_until else next_attempt_at end <= clock_timestamp()`);
  return rows.map(({ id }) => id);
}

/** An attempt under way. `slow`: it has lasted so long that the fallback channel gets the delivery too; see {@link fallBackMeanwhile}. */
export type UnderWay = { claim: Claim; slow: boolean };

/**
 * Extends the leases of attempts that are still under way to `seconds` from now; for a probe also the time for which its
 * channel's circuit stays open. An attempt that another process has taken over is left alone. `slowSeconds`: the age from
 * which deliveries of a slow channel go to its fallback too.
 */
export function keepLeases(
  db: Db,
  underWay: readonly UnderWay[],
  { seconds, slowSeconds }: { seconds: number; slowSeconds: number },
): Promise<void> {
  return db.transaction(async (tx) => {
    const given = JSON.stringify(
      underWay.map(({ claim }) => ({ id: claim.deliveryId, attempt: claim.attempt, probe: claim.isProbe })),
    );
    const until = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
    await tx.execute(sql`
      with given as (select * from json_to_recordset(${given}::json) as x(id uuid, attempt int, probe boolean)),
      kept as (
        update deliveries d set lease_until = ${until} from given g
        where d.id = g.id and d.attempt = g.attempt and d.state = 'sending'
        returning d.project_id, d.channel_id, g.probe
      )
      update channels c set circuit_until = ${until} from kept
      where kept.probe and c.project_id = kept.project_id and c.id = kept.channel_id`);
    const slow = new Set(underWay.filter((one) => one.slow).map(({ claim }) => claim.channelId));
    await fallBackMeanwhile(tx, { channelIds: [...slow], seconds: slowSeconds });
  });
}

/**
 * Ends the leases of checkers that have died, so that their deliveries are sent at once. A checker has died if it has no
 * connection to the database (each connection names its process) and has not evaluated deadlines lately. Right after a start
 * of the database none counts as dead, since all connections were lost. @returns how many leases ended
 */
export async function freeLeases(db: Db): Promise<number> {
  const { count } = await db.execute(sql`
    with gone as (
      select h.holder from (
        select distinct holder from deliveries
        where state in ${UNFINISHED} and state = 'sending' and holder is not null
          and lease_until > clock_timestamp()
      ) h
      where pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'
        and not exists (select from pg_stat_activity a
          where a.application_name like '%' || h.holder || '%' and a.datname = current_database())
        and not exists (select from checkers k
          where k.id = h.holder and k.evaluated_at > clock_timestamp() - interval '2 seconds')
    )
    update deliveries d set lease_until = ${NOW}
    from gone where d.holder = gone.holder and d.state = 'sending' and d.lease_until > clock_timestamp()`);
  return count;
}
