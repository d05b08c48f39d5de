import { othersCommitted, RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { WAITING } from "../schema/delivery-lists.ts";
import { NOW, epochMs } from "../sql-fragments.ts";
import { giveUp, type KeptOnDisk, leaveOutSilence, readAwaited } from "./awaited.ts";
import type { OutageCause } from "./outages.ts";

/** Asks every receiver for a checkpoint now, so that a deadline need not wait for the next second. */
export async function requestCheckpoint(pool: Pool): Promise<void> {
  await pool.query("select pg_notify('overdue_checkpoint_wanted', '')");
}

/**
 * What a committed checkpoint returns: the database's clock, whether it ended an outage, and up to when the other receivers
 * have committed what they accepted (null: there are none).
 */
export type Checkpoint = {
  databaseAt: Instant;
  endedOutage: boolean;
  /** The database's clock was set back since the last checkpoint of any receiver. */
  wasSetBack: boolean;
  othersAt: Instant | null;
  /** Changes with every outage that is stored, by whichever receiver. */
  outagesVersion: string;
};

type CheckpointInput = {
  receiverId: string;
  startedAt: Instant;
  acceptedAt: Instant;
  cause?: OutageCause | null;
  /** What it keeps on its disk; null: it has no spool, so that it is not waited for when it falls silent. */
  kept?: KeptOnDisk | null;
  /** The ids of all whose pings are on the same disk: with this checkpoint each of them shows that it is alive. */
  owners?: readonly string[];
  /** Those of them whose pings all come after this checkpoint, so that this one need not wait for them. */
  later?: readonly string[];
};

/**
 * Stores that this receiver has committed everything that it accepted before `acceptedAt`. If no receiver had done so for
 * longer than `RECEIVER_DOWN_AFTER_MS`, the span since then is stored as an outage in the same transaction, before any
 * deadline in it can be evaluated. Its cause is a restart if this process started since; else `cause`, if the receiver knows
 * one. A checkpoint never lies ahead of the database's clock, by which deadlines are evaluated.
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
    await giveUp(client, awaited.gone);
    const goesOn = { ...awaited, holding: awaited.holding.filter((one) => !awaited.gone.includes(one)) };
    const othersAt = othersCommitted(goesOn, [receiverId, ...later]);
    return { ...(await readOutagesVersion(client)), endedOutage, wasSetBack, othersAt };
  });
  await pool.query("select pg_notify('overdue_checkpoint_written', '')");
  return checkpointed;
}

async function closeOutage(
  client: PoolClient,
  { acceptedAt, startedAt, cause }: CheckpointInput,
): Promise<boolean> {
  const { count } = await client.query(
    `insert into outages (started_at, ended_at, cause)
           select max(checkpoint_at), least(to_timestamp($1::float8 / 1000), clock_timestamp()),
                  case when max(checkpoint_at) < to_timestamp($3::float8 / 1000) then 'restart' else $4 end::outage_cause
             from receivers
           having max(checkpoint_at)
                  < least(to_timestamp($1::float8 / 1000), clock_timestamp()) - $2::float8 * interval '1 millisecond'
           on conflict (started_at) do nothing`,
    [acceptedAt, RECEIVER_DOWN_AFTER_MS, startedAt, cause ?? null],
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

/** Smaller steps may come from the difference of two processes' clocks and the time that a commit takes. */
const SET_BACK_MIN_MS = 10_000;

/**
 * Notices that the database's clock was set back: the newest checkpoint of a receiver lies ahead of it. Then an outage of no
 * length is stored with `set_back_ms`, every check is woken to adapt its state, and every timer that was set by the old time
 * is moved back by as much. In the caller's transaction, under the lock of the checkpoints. @returns whether it was set back
 */
async function noticeClockSetBack(client: PoolClient): Promise<boolean> {
  const rows = await client.query<{ ms: number }>(
    `with newest as (select max(checkpoint_at) as at from receivers)
           insert into outages (started_at, ended_at, cause, set_back_ms)
           select clock_timestamp(), clock_timestamp(), 'clock-set-back',
                  extract(epoch from newest.at - clock_timestamp()) * 1000
             from newest where newest.at > clock_timestamp() + $1::float8 * interval '1 millisecond'
           on conflict (started_at) do nothing
           returning set_back_ms::float8 as ms`,
    [SET_BACK_MIN_MS],
  );
  const [step] = rows;
  if (step === undefined) return false;
  for (const statement of MOVE_TIMERS_BACK) await client.query(statement, [step.ms]);
  await client.query(
    `update checks set wake_at = least(wake_at, clock_timestamp())
      where deleted_at is null and wake_at is not null`,
  );
  return true;
}

/** SQL: moves each instant of the column that lies ahead of the clock back by `$1` milliseconds. */
function moveBack(table: string, column: string, where = `${column} > clock_timestamp()`): string {
  return `update ${table} set ${column} = ${column} - $1::float8 * interval '1 millisecond' where ${where}`;
}

const MOVE_TIMERS_BACK = [
  moveBack("receivers", "checkpoint_at"),
  moveBack("receivers", "seen_at"),
  moveBack("checkers", "evaluated_at"),
  moveBack("checkers", "watermark_at"),
  // An outage that now lies ahead of the clock would else excuse deadlines when its time comes.
  `update outages set started_at = started_at - $1::float8 * interval '1 millisecond',
                      ended_at = ended_at - $1::float8 * interval '1 millisecond'
    where ended_at > clock_timestamp() and set_back_ms is null`,
  // A retry, a lease or a pause that was set by the old time would else last so much longer.
  moveBack("deliveries", "next_attempt_at", `next_attempt_at > clock_timestamp() and state in ${WAITING}`),
  moveBack("deliveries", "lease_until"),
  moveBack("channels", "circuit_until"),
  moveBack("rate_limits", "free_at"),
  moveBack("leases", "until"),
  moveBack("incidents", "wake_at", "wake_at > clock_timestamp() and resolved_at is null"),
  moveBack("slack_links", "taken_until"),
  moveBack("slack_presses", "taken_until"),
];
