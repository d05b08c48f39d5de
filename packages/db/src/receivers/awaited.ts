import { type Awaited, awaitedReceivers, type ReceiverSigns } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { epochMs } from "../sql-fragments.ts";
import { type Outage, recentOutages } from "./outages.ts";

/** What a receiver keeps on its disk, for those who wait for it and for the operator. */
export type KeptOnDisk = {
  /** The machine. */
  host: string;
  bytes: number;
  /** When the oldest of it was received; null: nothing is kept. */
  since: Instant | null;
};

/** A process whose pings are on this disk: the receiver itself, or one that has ended and left them there. */
export type SpoolOwner = { id: string; startedAt: Instant };

/** How far the evaluation of deadlines may go, and by which outages deadlines are put off. */
export type Reception = {
  /**
   * Everything that any receiver accepted before this instant is committed. Null while no receiver stores anything: then no
   * deadline may be evaluated.
   */
  watermark: Instant | null;
  /** All that end before the watermark, and maybe newer ones. */
  outages: Outage[];
  /** The database's clock. */
  now: Instant;
};

/** Reads the watermark first: what moves it past an outage stores the outage in the same transaction. */
export async function readReception(pool: Pool | PoolClient): Promise<Reception> {
  const { watermark, now } = await readAwaited(pool);
  return { watermark, outages: await recentOutages(pool), now };
}

/** The watermark alone, for what needs no outages. */
export async function readWatermark(pool: Pool | PoolClient): Promise<Instant | null> {
  return (await readAwaited(pool)).watermark;
}

type Row = { id: string | null } & Omit<ReceiverSigns, "id"> & { now: Instant };

/** Decides for which receivers evaluation waits now, by the database's clock. */
export async function readAwaited(pool: Pool | PoolClient): Promise<Awaited & { now: Instant }> {
  const rows = await pool.query<Row>(
    // A release before 0022 stores no `seen_at`.
    `select r.id, ${epochMs("r.checkpoint_at")} as "checkpointAt", ${epochMs("greatest(r.seen_at, r.checkpoint_at)")} as "seenAt",
            r.has_spool as "hasSpool", ${epochMs("clock.at")} as now
       from (select clock_timestamp() as at) clock
       left join receivers r on r.ended_at is null and r.given_up_at is null`,
    [],
  );
  // Instants that are stored are whole milliseconds, and this one may become one.
  const now = Math.floor(rows[0]?.now ?? 0);
  const receivers = rows.flatMap(({ id, ...signs }) => (id === null ? [] : [{ ...signs, id }]));
  return { ...awaitedReceivers(receivers, now), now };
}

/**
 * Leaves the time in which no receiver could store anything out of what each is waited for. In the caller's transaction, under
 * the lock of the checkpoints, before anything else is stored of a receiver.
 */
export async function leaveOutSilence(client: PoolClient): Promise<void> {
  const { silentMs } = await readAwaited(client);
  if (silentMs > 0)
    await client.query(
      `update receivers set seen_at = greatest(seen_at, checkpoint_at) + $1::float8 * interval '1 millisecond'
        where ended_at is null and given_up_at is null and has_spool`,
      [silentMs],
    );
}

/**
 * Gives up the receivers that were waited for in vain: for each the span in which pings may be missing is stored as an outage,
 * so that deadlines in it are put off. In the caller's transaction, under the lock of the checkpoints.
 */
export async function giveUpReceivers(client: PoolClient, gone: readonly ReceiverSigns[]): Promise<void> {
  if (gone.length === 0) return;
  await client.query(
    `with gone as (update receivers set given_up_at = clock_timestamp() where id = any($1::uuid[]) returning checkpoint_at)
     insert into outages (started_at, ended_at, cause)
     select checkpoint_at, clock_timestamp(), 'receiver-gone' from gone group by checkpoint_at
     on conflict (started_at) do update set ended_at = greatest(outages.ended_at, excluded.ended_at), applied_at = null`,
    [gone.map(({ id }) => id)],
  );
}

/**
 * Stores that these receivers are alive, or that a living one has taken over what they left behind, before anything of that is
 * stored: from now on evaluation waits for them. Their checkpoints stay; that of one that is new says no more than what is
 * known already, so that an outage before it is found by its first own one. `kept` is shown of the first of `owners`.
 */
export async function announceReceivers(
  pool: Pool,
  { owners, kept }: { owners: readonly SpoolOwner[]; kept: KeptOnDisk },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(lockUntilCommit("checkpoint"));
    await leaveOutSilence(client);
    await client.query(
      `insert into receivers (id, started_at, checkpoint_at, seen_at, has_spool, host, kept_bytes, kept_since)
       select x.id, to_timestamp(x.started / 1000), least(to_timestamp(x.started / 1000), clock_timestamp(), newest.at),
              clock_timestamp(), true, $3, case when x.number = 1 then $4::bigint else 0 end,
              case when x.number = 1 then to_timestamp($5::float8 / 1000) end
         from unnest($1::uuid[], $2::float8[]) with ordinality as x(id, started, number),
              (select max(checkpoint_at) as at from receivers) newest
       on conflict (id) do update set seen_at = excluded.seen_at, ended_at = null, given_up_at = null, has_spool = true,
         host = excluded.host, kept_bytes = excluded.kept_bytes, kept_since = excluded.kept_since`,
      [
        owners.map(({ id }) => id),
        owners.map(({ startedAt }) => startedAt),
        kept.host,
        kept.bytes,
        kept.since,
      ],
    );
  });
}
