import { DAY_MS, type Instant } from "@overdue/schedules";

import type { Pool, PoolClient } from "../database.ts";
import type { outageCause } from "../schema/index.ts";
import { epochMs } from "../sql-fragments.ts";

/** A span in which no receiver could commit, or one is gone that may have kept pings. */
export type Outage = {
  from: Instant;
  until: Instant;
  /** By how much the clock was set back at `from`, in milliseconds; left out or null for an outage of any other cause. */
  setBackMs?: number | null;
};

/** Why nothing could be received, as the schema has it. */
export type OutageCause = (typeof outageCause.enumValues)[number];

/** Long enough that every check has been evaluated since. */
const APPLIED_WITHIN_MS = 400 * DAY_MS;

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
