import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import type { Db, Pool } from "../database.ts";

/** Stores that this checker has evaluated all deadlines up to the watermark; null where there was none and it had to wait. */
export async function recordEvaluation(
  pool: Pool,
  checker: { id: string; startedAt: Instant; watermark: Instant | null },
): Promise<void> {
  await pool.query(
    `insert into checkers (id, started_at, evaluated_at, watermark_at)
           values ($1, to_timestamp($2::float8 / 1000), clock_timestamp(), to_timestamp($3::float8 / 1000))
           on conflict (id) do update set evaluated_at = excluded.evaluated_at, ended_at = null,
             watermark_at = coalesce(excluded.watermark_at, checkers.watermark_at)`,
    [checker.id, checker.startedAt, checker.watermark],
  );
}

export async function endChecker(pool: Pool, id: string): Promise<void> {
  await pool.query("update checkers set ended_at = clock_timestamp() where id = $1", [id]);
}

/** How many checkers share the work: those that evaluated within the last 5 seconds, and at least one. */
export async function countCheckers(db: Db): Promise<number> {
  const rows = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from checkers
    where ended_at is null and evaluated_at > clock_timestamp() - interval '5 seconds'`);
  return Math.max(1, rows[0]?.count ?? 0);
}

/** Deletes processes, and rate limits, of more than a day ago. The newest receivers stay: an outage is counted from their last checkpoint. */
export async function forgetOldProcesses(pool: Pool): Promise<void> {
  await pool.query(`delete from checkers where evaluated_at < clock_timestamp() - interval '1 day'`);
  await pool.query(`delete from rate_limits where free_at < clock_timestamp() - interval '1 day'`);
  await pool.query(
    `delete from receivers where checkpoint_at < clock_timestamp() - interval '1 day'
        and checkpoint_at < (select max(checkpoint_at) from receivers)`,
  );
}
