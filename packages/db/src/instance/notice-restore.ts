import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import { type Db, openDb, type Pool } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { noteIdentity, readIdentity } from "./database-identity.ts";
import { settleIn } from "./settle-restored.ts";

/** `at`: when a process of the instance last said that it works; `isRunning`: one does, or did when these rows were copied. */
export type LastActivity = { at: Instant | null; isRunning: boolean };

/** When the instance of these rows last worked, and whether all of its processes had ended. */
export async function lastActivity(db: Db): Promise<LastActivity> {
  const rows = await db.execute<{ at: number | null; isRunning: boolean }>(sql`
    select extract(epoch from max(at))::float8 * 1000 as at, coalesce(bool_or(ended_at is null), false) as "isRunning"
    from (
      select checkpoint_at as at, ended_at from receivers union all select evaluated_at, ended_at from checkers
    ) processes`);
  return rows[0] ?? { at: null, isRunning: false };
}

/**
 * Notices that the rows come from another database, as after `pg_restore`. Where they were copied while the instance ran,
 * alerts that waited in them have most likely been sent since, and the restore is settled (`settleRestored`); where the
 * instance was stopped, as for a move to another server, they still wait and are sent. Call it before anything is sent.
 * @returns a sentence about it; null: it is the same database
 */
export async function noticeRestore(pool: Pool): Promise<string | null> {
  return await openDb(pool).transaction(async (tx) => {
    await tx.execute(lockUntilCommit("identity"));
    const { before, now } = await readIdentity(tx);
    if (before === now) return null;
    await noteIdentity(tx);
    if (before === null) return null;
    const { at, isRunning } = await lastActivity(tx);
    if (at === null || !isRunning)
      return "The database was taken over from a stopped instance. What waited to be sent is sent now.";
    const { notSentAgain } = await settleIn(tx, at);
    return `The database was restored from a copy that was made while Overdue ran, at ${new Date(at).toISOString()}. ${notSentAgain} messages waited then and may have been sent since: they are listed under “Dead letters”.`;
  });
}
