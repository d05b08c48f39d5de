import type { CheckSettings, Instant } from "@overdue/core";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import type { Pool, PoolClient } from "pg";

import * as schema from "../schema/index.ts";
import { StaleVersion } from "../stale-version.ts";
import { changeCheck } from "../transitions/index.ts";
import type { CheckDetails } from "./check-details.ts";
import type { CheckRef } from "./find-check.ts";
import { linkChannels } from "./link-channels.ts";

export type CheckEdit = {
  details: Partial<CheckDetails>;
  settings: Partial<CheckSettings>;
  /** Null: the channels stay as they are. */
  channelIds: readonly string[] | null;
  /** The version the editor saw; null edits whatever is there. */
  version: number | null;
  at: Instant;
};

/**
 * Writes what was sent and nothing else, and folds new settings, in one transaction. @returns whether the check was
 * there. @throws StaleVersion, UnknownChannel; then nothing is written
 */
export async function editCheck(pool: Pool, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  const changed = await changeCheck(pool, ref, async (check, client) => {
    await write(client, ref, edit);
    if (Object.keys(edit.settings).length === 0) return [];
    return [{ kind: "edit", at: edit.at, settings: { ...check.settings, ...edit.settings } }];
  });
  return changed !== null;
}

// Inside changeCheck's transaction: a throw undoes all of it.
async function write(client: PoolClient, ref: CheckRef, edit: CheckEdit): Promise<void> {
  const { checks } = schema;
  const db = drizzle(client, { schema });
  const [row] = await db
    .update(checks)
    .set({ ...edit.details, ...edit.settings, version: sql`${checks.version} + 1`, updatedAt: sql`now()` })
    .where(eq(checks.id, ref.checkId))
    .returning({ version: checks.version });
  if (edit.version !== null && row?.version !== edit.version + 1) throw new StaleVersion();
  if (edit.channelIds !== null) await linkChannels(db, ref, edit.channelIds);
}
