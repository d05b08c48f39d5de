import type { PoolClient } from "../database.ts";
import { WAITING } from "../schema/delivery-lists.ts";

/** Two processes' clocks, and the time a commit takes, may part by less than this. */
const SET_BACK_MIN_MS = 10_000;

/**
 * Notices that the database's clock was set back: the newest checkpoint of a receiver lies ahead of it. Then this is on
 * record as an outage of no length with `set_back_ms`, every check is woken to draw back what it remembers, and every timer
 * that was set by the old time is moved by as much. In the caller's transaction, under the lock of the checkpoints.
 * @returns whether it was set back
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
  for (const statement of DRAW_BACK) await client.query(statement, [step.ms]);
  await client.query(
    `update checks set wake_at = least(wake_at, clock_timestamp())
      where deleted_at is null and wake_at is not null`,
  );
  return true;
}

/** Moves back, by as much as the clock, each column that names an instant after it; `$1` in milliseconds. */
function drawBack(table: string, column: string, where = `${column} > clock_timestamp()`): string {
  return `update ${table} set ${column} = ${column} - $1::float8 * interval '1 millisecond' where ${where}`;
}

const DRAW_BACK = [
  drawBack("receivers", "checkpoint_at"),
  drawBack("checkers", "evaluated_at"),
  drawBack("checkers", "watermark_at"),
  // An outage of the old time that lies ahead would else excuse deadlines when its time comes.
  `update outages set started_at = started_at - $1::float8 * interval '1 millisecond',
                      ended_at = ended_at - $1::float8 * interval '1 millisecond'
    where ended_at > clock_timestamp() and set_back_ms is null`,
  // A retry, a lease or a rest that was set by the old time would last so much longer.
  drawBack("deliveries", "next_attempt_at", `next_attempt_at > clock_timestamp() and state in ${WAITING}`),
  drawBack("deliveries", "lease_until"),
  drawBack("channels", "circuit_until"),
  drawBack("rate_limits", "free_at"),
  drawBack("leases", "until"),
  drawBack("incidents", "wake_at", "wake_at > clock_timestamp() and resolved_at is null"),
  drawBack("slack_links", "taken_until"),
  drawBack("slack_presses", "taken_until"),
];
