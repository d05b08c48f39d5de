import type { Instant } from "@overdue/schedules";

import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { WAITING } from "../schema/delivery-lists.ts";
import type { outageCause } from "../schema/index.ts";
import { NOW, epochMs } from "../sql-fragments.ts";

/** A span in which no receiver could commit. */
export type Outage = {
  from: Instant;
  until: Instant;
  /** By how much the clock was set back at `from`, in milliseconds; left out or null for an outage of any other cause. */
  setBackMs?: number | null;
};

/** Why nothing could be received, as the schema has it. */
export type OutageCause = (typeof outageCause.enumValues)[number];

/** No heartbeat for this long means that nothing could be received. */
export const RECEIVER_DOWN_AFTER_MS = 5_000;
/** Long enough that every check has been evaluated since. */
const APPLIED_WITHIN_MS = 400 * 86_400_000;

/** Outages that may not have been applied to every check yet, oldest first. */
export async function recentOutages(db: Pool | PoolClient): Promise<Outage[]> {
  const rows = await db.query<Outage>(
    `select ${epochMs("started_at")} as "from",
                  ${epochMs("ended_at")} as until,
                  set_back_ms::float8 as "setBackMs"
             from outages
            where ended_at > clock_timestamp() - $1::float8 * interval '1 millisecond'
            order by started_at`,
    [APPLIED_WITHIN_MS],
  );
  return rows;
}

/** After a silence of all receivers, so long is waited for one that does not come back with what it kept. */
const WAITED_FOR_MS = 30_000;
const SILENCE = "receivers-silent";

/**
 * SQL: the receivers `r` that hold back the watermark: those that commit, and those that kept pings on their disks while none
 * could, until each has stored what it kept. `$1`: `RECEIVER_DOWN_AFTER_MS`.
 */
const HOLDING_BACK = `r.ended_at is null
  and (r.checkpoint_at > clock_timestamp() - $1::float8 * interval '1 millisecond'
       or exists (select from instance_facts f
                   where f.name = '${SILENCE}'
                     and split_part(f.value, ' ', 2)::float8
                         > extract(epoch from clock_timestamp()) * 1000 - ${WAITED_FOR_MS}
                     and extract(epoch from r.checkpoint_at) * 1000
                         between split_part(f.value, ' ', 1)::float8 - $1::float8 and split_part(f.value, ' ', 2)::float8))`;

/**
 * Everything that any receiver accepted before this instant is committed. Null while no receiver commits: then no deadline
 * may be evaluated. A receiver that fell silent without a clean stop holds it back for `RECEIVER_DOWN_AFTER_MS`; one that fell
 * silent with all others, for half a minute after the first of them is back.
 */
export async function readWatermark(pool: Pool | PoolClient): Promise<Instant | null> {
  const rows = await pool.query<{ at: Instant | null }>(
    `select ${epochMs("min(r.checkpoint_at)")} as at from receivers r where ${HOLDING_BACK}`,
    [RECEIVER_DOWN_AFTER_MS],
  );
  return rows[0]?.at ?? null;
}

/** Stores that nothing could be stored between `from` and now, so that each receiver that kept pings meanwhile is waited for. */
export async function noteSilence(pool: Pool, from: Instant): Promise<void> {
  await pool.query(
    `insert into instance_facts as f (name, value)
           values ('${SILENCE}', $1::float8 || ' ' || extract(epoch from clock_timestamp()) * 1000)
           on conflict (name) do update set value =
             case when split_part(f.value, ' ', 2)::float8 > extract(epoch from clock_timestamp()) * 1000 - ${WAITED_FOR_MS}
                  then least($1::float8, split_part(f.value, ' ', 1)::float8) else $1::float8 end
             || ' ' || split_part(excluded.value, ' ', 2)`,
    [from],
  );
}

/** Asks every receiver for a checkpoint now, so that a deadline need not wait for the next second. */
export async function requestCheckpoint(pool: Pool): Promise<void> {
  await pool.query("select pg_notify('overdue_checkpoint_wanted', '')");
}

/**
 * What a committed checkpoint returns: the database's clock, whether it ended an outage, and up to when the other live
 * receivers have committed what they accepted (null: there are none).
 */
export type Checkpoint = {
  databaseAt: Instant;
  endedOutage: boolean;
  /** The database's clock was set back since the last checkpoint of any receiver. */
  wasSetBack: boolean;
  othersAt: Instant | null;
};

/**
 * Stores that this receiver has committed everything that it accepted before `acceptedAt`. If no receiver had done so for
 * longer than `RECEIVER_DOWN_AFTER_MS`, the span since then is stored as an outage in the same transaction, before any
 * deadline in it can be evaluated. Its cause is a restart if this process started since; else `cause`, if the receiver knows
 * one. A checkpoint never lies ahead of the database's clock, by which deadlines are evaluated.
 */
export async function commitCheckpoint(
  pool: Pool,
  checkpoint: { receiverId: string; startedAt: Instant; acceptedAt: Instant; cause?: OutageCause | null },
): Promise<Checkpoint> {
  const checkpointed = await inTransaction(pool, async (client) => {
    // Two receivers that come back together must agree on where the outage ended.
    await client.query(lockUntilCommit("checkpoint"));
    const wasSetBack = await noticeClockSetBack(client);
    const endedOutage = await closeOutage(client, checkpoint);
    return { ...(await writeCheckpoint(client, checkpoint)), endedOutage, wasSetBack };
  });
  await pool.query("select pg_notify('overdue_checkpoint_written', '')");
  return checkpointed;
}

async function closeOutage(
  client: PoolClient,
  { acceptedAt, startedAt, cause }: Parameters<typeof commitCheckpoint>[1],
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
  checkpoint: { receiverId: string; startedAt: Instant; acceptedAt: Instant },
): Promise<Pick<Checkpoint, "databaseAt" | "othersAt">> {
  const rows = await client.query<{ databaseAt: Instant; othersAt: Instant | null }>(
    `insert into receivers (id, started_at, checkpoint_at)
           values ($2, to_timestamp($3::float8 / 1000), least(to_timestamp($4::float8 / 1000), ${NOW}))
           on conflict (id) do update set checkpoint_at = greatest(receivers.checkpoint_at, excluded.checkpoint_at), ended_at = null
           returning ${epochMs("clock_timestamp()")} as "databaseAt",
                     (select ${epochMs("min(r.checkpoint_at)")} from receivers r
                       where r.id <> $2 and ${HOLDING_BACK}) as "othersAt"`,
    [RECEIVER_DOWN_AFTER_MS, checkpoint.receiverId, checkpoint.startedAt, checkpoint.acceptedAt],
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
