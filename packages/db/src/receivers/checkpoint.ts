import { othersCommitted, RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { NOW, epochMs } from "../sql-fragments.ts";
import { giveUpReceivers, type KeptOnDisk, leaveOutSilence, readAwaited } from "./awaited.ts";
import { noticeClockSetBack } from "./clock-set-back.ts";
import type { OutageCause } from "./outages.ts";

/** Asks every receiver for a checkpoint now, so that a deadline need not wait for the next second. */
export async function requestCheckpoint(pool: Pool): Promise<void> {
  await pool.query("select pg_notify('overdue_checkpoint_wanted', '')");
}

/** What a receiver learns from a checkpoint that it committed. */
export type Checkpoint = {
  /** The database's clock. */
  databaseAt: Instant;
  /** No receiver had committed a checkpoint for so long that the time since then was stored as an outage. */
  endedOutage: boolean;
  /** The database's clock was set back since the last checkpoint of any receiver. */
  wasSetBack: boolean;
  /** Up to when the other receivers have committed what they accepted; null: there are none. */
  othersAt: Instant | null;
  /** Changes with every outage that is stored, by whichever receiver. */
  outagesVersion: string;
};

type CheckpointInput = {
  receiverId: string;
  /** When the receiver's process started. */
  startedAt: Instant;
  /** Everything that it accepted before this instant is committed. */
  acceptedAt: Instant;
  /** Its heartbeats went on from then until `acceptedAt`, though none of them was stored; left out: this is the only one. */
  noSilenceSince?: Instant;
  /** Why it could store nothing until now, if it knows. */
  cause?: OutageCause | null;
  /** What its spool keeps; null: it has none, so that nobody waits for it when it falls silent. */
  kept?: KeptOnDisk | null;
  /** The receivers whose pings are in the same spool: with this checkpoint each of them shows that it is alive. */
  owners?: readonly string[];
  /** Those of them whose pings were all received after `acceptedAt`, so that nothing waits for them. */
  later?: readonly string[];
};

/**
 * Stores that this receiver has committed everything that it accepted before `acceptedAt`. If no receiver had done so for
 * longer than `RECEIVER_DOWN_AFTER_MS`, the span since then is stored as an outage in the same transaction, before any
 * deadline in it can be evaluated. A checkpoint never lies ahead of the database's clock, by which deadlines are evaluated.
 */
export async function commitCheckpoint(pool: Pool, checkpoint: CheckpointInput): Promise<Checkpoint> {
  const { receiverId, later = [] } = checkpoint;
  const checkpointed = await inTransaction(pool, async (client) => {
    // Two receivers that come back together must agree on where the outage ended.
    await client.query(lockUntilCommit("checkpoint"));
    const wasSetBack = await noticeClockSetBack(client);
    await leaveOutSilence(client);
    const endedOutage = await closeOutage(client, checkpoint);
    await writeCheckpoint(client, checkpoint);
    const awaited = await readAwaited(client);
    await giveUpReceivers(client, awaited.gone);
    const stillThere = { ...awaited, holding: awaited.holding.filter((one) => !awaited.gone.includes(one)) };
    const othersAt = othersCommitted(stillThere, [receiverId, ...later]);
    return { ...(await readOutagesVersion(client)), endedOutage, wasSetBack, othersAt };
  });
  await pool.query("select pg_notify('overdue_checkpoint_written', '')");
  return checkpointed;
}

/**
 * Stores the outage that this checkpoint ends, if there was one. Its cause is a restart if the receiver's process started in
 * it; else what the receiver knows.
 */
async function closeOutage(
  client: PoolClient,
  { acceptedAt, noSilenceSince = acceptedAt, startedAt, cause }: CheckpointInput,
): Promise<boolean> {
  const { count } = await client.query(
    `insert into outages (started_at, ended_at, cause)
           select max(checkpoint_at), least(to_timestamp($1::float8 / 1000), clock_timestamp()),
                  case when max(checkpoint_at) < to_timestamp($3::float8 / 1000) then 'restart' else $4 end::outage_cause
             from receivers
           having max(checkpoint_at)
                  < least(to_timestamp($1::float8 / 1000), clock_timestamp()) - $2::float8 * interval '1 millisecond'
           on conflict (started_at) do nothing`,
    [noSilenceSince, RECEIVER_DOWN_AFTER_MS, startedAt, cause ?? null],
  );
  return count === 1;
}

async function writeCheckpoint(
  client: PoolClient,
  { receiverId, startedAt, acceptedAt, kept = null, owners = [] }: CheckpointInput,
): Promise<void> {
  if (owners.length > 0)
    await client.query(
      `update receivers set seen_at = clock_timestamp(), given_up_at = null
        where id = any($1::uuid[]) and ended_at is null`,
      [owners],
    );
  await client.query(
    `insert into receivers as r (id, started_at, checkpoint_at, seen_at, has_spool, host, kept_bytes, kept_since)
           values ($1, to_timestamp($2::float8 / 1000), least(to_timestamp($3::float8 / 1000), ${NOW}), clock_timestamp(),
                   $4, $5, $6, to_timestamp($7::float8 / 1000))
           on conflict (id) do update set checkpoint_at = greatest(r.checkpoint_at, excluded.checkpoint_at), ended_at = null,
             seen_at = excluded.seen_at, given_up_at = null, has_spool = excluded.has_spool, host = excluded.host,
             kept_bytes = excluded.kept_bytes, kept_since = excluded.kept_since`,
    [
      receiverId,
      startedAt,
      acceptedAt,
      kept !== null,
      kept?.host ?? "",
      kept?.bytes ?? 0,
      kept?.since ?? null,
    ],
  );
}

async function readOutagesVersion(
  client: PoolClient,
): Promise<Pick<Checkpoint, "databaseAt" | "outagesVersion">> {
  const rows = await client.query<Pick<Checkpoint, "databaseAt" | "outagesVersion">>(
    `select ${epochMs("clock_timestamp()")} as "databaseAt",
            (select concat(count(*), ' ', max(ended_at)) from outages) as "outagesVersion"`,
    [],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The checkpoint was not written.");
  return row;
}

/** A clean stop: nobody waits for this receiver any more. */
export async function endReceiver(pool: Pool, receiverId: string): Promise<void> {
  await pool.query("update receivers set ended_at = clock_timestamp() where id = $1", [receiverId]);
}
