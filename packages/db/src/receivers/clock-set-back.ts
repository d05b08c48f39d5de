import type { PoolClient } from "../database.ts";
import { WAITING } from "../schema/delivery-lists.ts";

/** Smaller steps may come from the difference of two processes' clocks and the time that a commit takes. */
const SET_BACK_MIN_MS = 10_000;

/**
 * Notices that the database's clock was set back: the newest checkpoint of a receiver lies ahead of it. Then an outage of no
 * length is stored with `set_back_ms`, every check is woken to adapt its state, and every timer that was set by the old time
 * is moved back by as much. In the caller's transaction, under the lock of the checkpoints. @returns whether it was set back
 */
export async function noticeClockSetBack(client: PoolClient): Promise<boolean> {
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
