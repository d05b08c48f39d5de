import type { Instant } from "@overdue/schedules";
import type { Pool, PoolClient } from "../database.ts";

import type { outageCause } from "../schema/index.ts";

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
const KEPT_MS = 400 * 86_400_000;

/** Outages that ended lately, oldest first: what may not have been applied to a check yet. */
export async function recentOutages(db: Pool | PoolClient): Promise<Outage[]> {
  const rows = await db.query<Outage>(
    `select (extract(epoch from started_at) * 1000)::float8 as "from",
                  (extract(epoch from ended_at) * 1000)::float8 as until,
                  set_back_ms::float8 as "setBackMs"
             from outages
            where ended_at > clock_timestamp() - $1::float8 * interval '1 millisecond'
            order by started_at`,
    [KEPT_MS],
  );
  return rows;
}
