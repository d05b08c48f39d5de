import type { Instant } from "@overdue/schedules";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { type Db, openDb, type Tx, type Pool } from "../database.ts";
import { endKeptIncidents, reopenKeptIncidents } from "../deliveries/end-incidents.ts";
import { changeAndWake, wakeDependents } from "../incidents/dependents.ts";
import { windowsFor } from "../maintenance/windows-for.ts";
import { checks } from "../schema/index.ts";
import { type Act, changeCheck } from "../transitions/change-check.ts";
import type { CheckRef } from "./find-checks.ts";

/**
 * Hides a check: until `restoreCheck` it takes no pings, its deadlines are not evaluated, and it holds no alert back. Of
 * its incident only services that keep incidents are notified. @returns whether it was there.
 */
export async function deleteCheck(db: Db, ref: CheckRef): Promise<boolean> {
  return await db.transaction((tx) => deleteCheckIn(tx, ref));
}

/** The same inside a transaction. */
export async function deleteCheckIn(tx: Db | Tx, { projectId, checkId }: CheckRef): Promise<boolean> {
  const wasThere = await changeAndWake(
    tx,
    sql`update checks set deleted_at = now(), wake_at = null, version = version + 1
         where project_id = ${projectId} and id = ${checkId} and deleted_at is null`,
  );
  if (wasThere) await endKeptIncidents(tx, { projectId, checkId }, { by: "deleted" });
  return wasThere;
}

/**
 * Brings a deleted check back. What it missed while it could not be pinged is not held against it: one that was up
 * and has missed its deadline since begins anew. @returns whether there was something to undo.
 */
export async function restoreCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const deletedAt = await unhide(openDb(pool), ref);
  if (deletedAt === null) return false;
  await foldRestored(pool, ref, { deletedAt, at });
  return true;
}

/** Lets a check that was hidden from `deletedAt` to `at` forget what it missed in between. */
export async function foldRestored(
  pool: Pool,
  ref: CheckRef,
  { deletedAt, at }: { deletedAt: Instant; at: Instant },
): Promise<void> {
  await changeCheck(pool, ref, async ({ id, state }, client) => {
    await wakeDependents(client, [id]);
    await reopenKeptIncidents(openDb(client), ref);
    // Windows that were planned, or ended, meanwhile did not reach it.
    const windows: Act = { kind: "maintenance", at, windows: await windowsFor(openDb(client), ref) };
    const missedMeanwhile = state.status !== "down" && state.deadlineAt !== null && state.deadlineAt <= at;
    if (!missedMeanwhile) return [windows, { kind: "time", now: at }];
    return [{ kind: "pause", at: deletedAt }, { kind: "resume", at }, windows];
  });
}

async function unhide(db: Db, { projectId, checkId }: CheckRef): Promise<Instant | null> {
  const hidden = and(eq(checks.projectId, projectId), eq(checks.id, checkId), isNotNull(checks.deletedAt));
  const [row] = await db.select({ deletedAt: checks.deletedAt }).from(checks).where(hidden);
  // No checker may evaluate it before it was folded below; should that fail, it is evaluated a minute later.
  const wakeAt = sql`greatest(${checks.deadlineAt}, now() + interval '1 minute')`;
  const restored = await db
    .update(checks)
    .set({ deletedAt: null, wakeAt, version: sql`${checks.version} + 1` })
    .where(hidden)
    .returning({ id: checks.id });
  return restored.length === 0 ? null : (row?.deletedAt?.getTime() ?? null);
}
