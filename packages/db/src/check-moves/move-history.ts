import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** The tables without foreign keys, which are too large for one statement, and the column by which a check's rows are read. */
const HISTORY = [
  { table: "pings", column: "number", type: "bigint", last: "9223372036854775807" },
  { table: "runs", column: "heard_at", type: "timestamptz", last: "infinity" },
  { table: "slots", column: "due_at", type: "timestamptz", last: "infinity" },
] as const;
/** A ping of the check waits for one statement at the most, some 50 ms. */
const ROWS_AT_ONCE = 2_000;

/** Makes the history of up to `limit` moved checks name the project that they are in now. @returns the number of those checks */
export async function movePendingHistory(db: Db, limit: number): Promise<number> {
  const pending = await db.execute<{ checkId: string }>(sql`
    select check_id as "checkId" from check_moves where history_pending group by check_id
     order by min(moved_at) limit ${limit}`);
  for (const { checkId } of pending) await moveHistory(db, checkId);
  return pending.length;
}

/**
 * The same for one check, newest rows first, in at most `statementsMax` statements. May be called by several processes at
 * once, and again after a crash.
 */
export async function moveHistory(db: Db, checkId: string, statementsMax = Infinity): Promise<void> {
  const [seen] = await db.execute<{ at: string | null }>(sql`
    select max(moved_at)::text as at from check_moves where check_id = ${checkId} and history_pending`);
  const at = seen?.at ?? null;
  if (at === null) return;
  let statements = 0;
  for (const one of HISTORY) {
    let before: string | null = null;
    do {
      if (statements >= statementsMax) return;
      before = await moveRows(db, one, { checkId, before });
      statements += 1;
    } while (before !== null);
  }
  // A move since then has rows of its own to follow.
  await db.execute(sql`
    update check_moves set history_pending = false where check_id = ${checkId} and moved_at <= ${at}::timestamptz`);
}

/**
 * Moves the rows before `before`. The lock on the check's key makes a move that is under way wait: else this statement could
 * write the project of before. @returns where the next statement begins; null where nothing is left
 */
async function moveRows(
  db: Db,
  { table, column, type, last }: (typeof HISTORY)[number],
  { checkId, before }: { checkId: string; before: string | null },
): Promise<string | null> {
  const [rows, place, as] = [sql.raw(table), sql.raw(column), sql.raw(type)];
  const [moved] = await db.execute<{ next: string | null }>(sql`
    with own as materialized (
      select project_id from checks where id = ${checkId} for key share
    ), batch as materialized (
      select ${place} as place from ${rows}
       where check_id = ${checkId} and ${place} < ${before ?? last}::${as}
       order by ${place} desc limit ${ROWS_AT_ONCE}
    ), bounds as materialized (
      select min(place) as first, max(place) as last, count(*) as count from batch
    ), moved as (
      update ${rows} r set project_id = own.project_id from own, bounds
       where r.check_id = ${checkId} and r.${place} between bounds.first and bounds.last
         and r.project_id <> own.project_id
    )
    select case when count = ${ROWS_AT_ONCE} then first::text end as next from bounds`);
  return moved?.next ?? null;
}
