import type { Instant } from "@overdue/schedules";
import type { Pool, PoolClient } from "../database.ts";

import { RECEIVER_DOWN_AFTER_MS } from "./outages.ts";

/**
 * Everything accepted before this instant is committed, whichever receiver took it. Null while no receiver commits:
 * then no deadline may be evaluated. A receiver that fell silent without a clean stop is waited for until
 * `RECEIVER_DOWN_AFTER_MS`.
 */
export async function readWatermark(pool: Pool | PoolClient): Promise<Instant | null> {
  const rows = await pool.query<{ at: Instant | null }>(
    `select (extract(epoch from min(checkpoint_at)) * 1000)::float8 as at
             from receivers
            where ended_at is null
              and checkpoint_at > clock_timestamp() - $1::float8 * interval '1 millisecond'`,
    [RECEIVER_DOWN_AFTER_MS],
  );
  return rows[0]?.at ?? null;
}

/** Asks every receiver for a heartbeat now, so that a deadline need not wait for the next second. */
export async function requestCheckpoint(pool: Pool): Promise<void> {
  await pool.query("select pg_notify('overdue_checkpoint_wanted', '')");
}
