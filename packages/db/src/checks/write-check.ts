import type { Check, CheckSettings } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, isNotNull, sql } from "drizzle-orm";

import {
  type Db,
  inTransaction,
  openDb,
  type Pool,
  type PoolClient,
  StaleVersion,
  type Tx,
} from "../database.ts";
import { endProviderIncidents } from "../deliveries/provider-incidents.ts";
import { changeAndWakeDependents, makeIncidentsDue } from "../incidents/dependents.ts";
import { windowsFor } from "../maintenance/windows.ts";
import { requireRoom } from "../plans/room.ts";
import { checks } from "../schema/index.ts";
import { type Act, changeCheck, changeCheckIn, foldRestored } from "../transitions/change-check.ts";
import type { CheckRef } from "./find-checks.ts";
import type { CheckDetails } from "./insert-check.ts";
import { replaceChannels, replaceDependencies } from "./links.ts";

export type CheckEdit = {
  details: Partial<CheckDetails>;
  settings: Partial<CheckSettings>;
  /** Null: the channels stay as they are. */
  channelIds: readonly string[] | null;
  /** Ids or slugs; left out: the dependencies stay as they are. */
  dependsOn?: readonly string[];
  /** The version that the editor saw; null edits the current one. */
  version: number | null;
  at: Instant;
};

/**
 * Writes the given fields and nothing else, and folds new settings, in one transaction. @returns whether there is such a
 * check. @throws StaleVersion, UnknownChannel, UnknownDependency, CircularDependency; then nothing is written
 */
export async function editCheck(pool: Pool, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  return inTransaction(pool, (client) => editCheckIn(client, ref, edit));
}

/** The same inside the caller's transaction. */
export async function editCheckIn(client: PoolClient, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  const changed = await changeCheckIn(client, ref, async (check) => {
    const db = openDb(client);
    await write(db, ref, edit);
    return [...settingsChange(check, edit), ...(await windowsChange(db, check, { ref, edit }))];
  });
  return changed !== null;
}

function settingsChange(check: Check, { at, settings }: CheckEdit): Act[] {
  if (Object.keys(settings).length === 0) return [];
  return [{ kind: "edit", at, settings: { ...check.settings, ...settings } }];
}

/** New tags may bring other maintenance windows. */
async function windowsChange(
  db: Db,
  { settings }: Check,
  { ref, edit: { at, details } }: { ref: CheckRef; edit: CheckEdit },
): Promise<Act[]> {
  if (details.tags === undefined) return [];
  const windows = await windowsFor(db, ref);
  return windows.length === 0 && settings.maintenance === undefined
    ? []
    : [{ kind: "maintenance", at, windows }];
}

// Inside changeCheckIn's transaction: a throw undoes all of it.
async function write(db: Db, ref: CheckRef, edit: CheckEdit): Promise<void> {
  const [row] = await db
    .update(checks)
    .set({ ...edit.details, ...edit.settings, version: sql`${checks.version} + 1`, updatedAt: sql`now()` })
    .where(eq(checks.id, ref.checkId))
    .returning({ version: checks.version });
  if (edit.version !== null && row?.version !== edit.version + 1) throw new StaleVersion();
  if (edit.channelIds !== null) await replaceChannels(db, ref, edit.channelIds);
  if (edit.dependsOn !== undefined) await replaceDependencies(db, ref, edit.dependsOn);
}

/** Stops the evaluation of a check's deadlines until a ping or `resumeCheck`. A paused check stays as it is. @returns whether there is such a check */
export async function pauseCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, async ({ id, state }, client) => {
    if (state.status === "paused") return [];
    // A check that was about to be evaluated may have held back its dependents.
    await makeIncidentsDue(client, [id]);
    return [{ kind: "pause", at }];
  });
  return changed !== null;
}

/** Starts a paused check anew, as if it had no pings. A check that is not paused stays as it is. @returns whether there is such a check */
export async function resumeCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, (check) =>
    check.state.status === "paused" ? [{ kind: "resume", at }] : [],
  );
  return changed !== null;
}

/**
 * Restores a paused check as it was before the pause; if that is no longer known, starts it anew. A check that is not paused
 * stays as it is. @returns whether there is such a check
 */
export async function undoPause(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, (check) =>
    check.state.status === "paused" ? [{ kind: "undo-pause", at }] : [],
  );
  return changed !== null;
}

/** Forgets how long a check's runs took before `at`, so that the baseline is learnt anew. @returns whether there is such a check */
export async function resetBaseline(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, () => [{ kind: "baseline-reset", at }]);
  return changed !== null;
}

/**
 * Hides a check: until `restoreCheck` it takes no pings, its deadlines are not evaluated, and it holds back no alert. Only
 * services that keep incidents are notified that its incident has ended. @returns whether there was such a check
 */
export async function deleteCheck(db: Db, ref: CheckRef): Promise<boolean> {
  return await db.transaction((tx) => deleteCheckIn(tx, ref));
}

/** The same inside the caller's transaction. */
export async function deleteCheckIn(tx: Db | Tx, { projectId, checkId }: CheckRef): Promise<boolean> {
  const wasThere = await changeAndWakeDependents(
    tx,
    sql`update checks set deleted_at = now(), wake_at = null, version = version + 1
         where project_id = ${projectId} and id = ${checkId} and deleted_at is null`,
  );
  if (wasThere) await endProviderIncidents(tx, { projectId, checkId }, { by: "deleted" });
  return wasThere;
}

/**
 * Restores a deleted check. It is excused from what it missed while it could not be pinged: if it was up and has missed its
 * deadline since, it starts anew. @returns whether there was something to undo @throws PlanLimitReached
 */
export async function restoreCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const deletedAt = await openDb(pool).transaction((tx) => unhide(tx, ref));
  if (deletedAt === null) return false;
  await foldRestored(pool, ref, { deletedAt, at });
  return true;
}

async function unhide(db: Tx, { projectId, checkId }: CheckRef): Promise<Instant | null> {
  const hidden = and(eq(checks.projectId, projectId), eq(checks.id, checkId), isNotNull(checks.deletedAt));
  const [row] = await db.select({ deletedAt: checks.deletedAt }).from(checks).where(hidden);
  if (row === undefined) return null;
  await requireRoom(db, { projectId }, { checks: 1 });
  // No checker may evaluate it before `foldRestored` has; should that fail, it is evaluated a minute later.
  const wakeAt = sql`greatest(${checks.deadlineAt}, now() + interval '1 minute')`;
  const restored = await db
    .update(checks)
    .set({ deletedAt: null, wakeAt, version: sql`${checks.version} + 1` })
    .where(hidden)
    .returning({ id: checks.id });
  return restored.length === 0 ? null : (row.deletedAt?.getTime() ?? null);
}
