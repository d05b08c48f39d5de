import type { CheckSettings, Instant } from "@overdue/core";
import { eq, sql } from "drizzle-orm";
import type { Pool, PoolClient } from "pg";

import { type Db, openDb } from "../database.ts";
import { inTransaction } from "../in-transaction.ts";
import { checks } from "../schema/index.ts";
import { StaleVersion } from "../stale-version.ts";
import { changeCheckIn } from "../transitions/index.ts";
import type { CheckDetails } from "./check-details.ts";
import type { CheckRef } from "./find-check.ts";
import { linkChannels } from "./link-channels.ts";
import { linkDependencies } from "./link-dependencies.ts";

export type CheckEdit = {
  details: Partial<CheckDetails>;
  settings: Partial<CheckSettings>;
  /** Null: the channels stay as they are. */
  channelIds: readonly string[] | null;
  /** Ids or slugs; left out: as they are. */
  dependsOn?: readonly string[];
  /** The version the editor saw; null edits whatever is there. */
  version: number | null;
  at: Instant;
};

/**
 * Writes what was sent and nothing else, and folds new settings, in one transaction. @returns whether the check was
 * there. @throws StaleVersion, UnknownChannel, UnknownDependency, CircularDependency; then nothing is written
 */
export async function editCheck(pool: Pool, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  return inTransaction(pool, (client) => editCheckIn(client, ref, edit));
}

/** The same inside the caller's transaction. */
export async function editCheckIn(client: PoolClient, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  const changed = await changeCheckIn(client, ref, async (check) => {
    await write(openDb(client), ref, edit);
    if (Object.keys(edit.settings).length === 0) return [];
    return [{ kind: "edit", at: edit.at, settings: { ...check.settings, ...edit.settings } }];
  });
  return changed !== null;
}

// Inside changeCheckIn's transaction: a throw undoes all of it.
async function write(db: Db, ref: CheckRef, edit: CheckEdit): Promise<void> {
  const [row] = await db
    .update(checks)
    .set({ ...edit.details, ...edit.settings, version: sql`${checks.version} + 1`, updatedAt: sql`now()` })
    .where(eq(checks.id, ref.checkId))
    .returning({ version: checks.version });
  if (edit.version !== null && row?.version !== edit.version + 1) throw new StaleVersion();
  if (edit.channelIds !== null) await linkChannels(db, ref, edit.channelIds);
  if (edit.dependsOn !== undefined) await linkDependencies(db, ref, edit.dependsOn);
}
