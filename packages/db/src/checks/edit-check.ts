import { and, eq, isNull, sql } from "drizzle-orm";

import type { CheckSettings } from "@overdue/core";
import type { Db } from "../database.ts";
import { checks } from "../schema/index.ts";
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
};

/** Somebody else edited it since. */
export class StaleVersion extends Error {}

/**
 * Writes what was sent and nothing else. @returns whether the check was there.
 * @throws StaleVersion, UnknownChannel
 */
export async function editCheck(db: Db, ref: CheckRef, edit: CheckEdit): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const [row] = await tx
      .update(checks)
      .set({ ...edit.details, ...edit.settings, version: sql`${checks.version} + 1`, updatedAt: sql`now()` })
      .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)))
      .returning({ version: checks.version });
    if (row === undefined) return false;
    if (edit.version !== null && row.version !== edit.version + 1) throw new StaleVersion();
    if (edit.channelIds !== null) await linkChannels(tx, ref, edit.channelIds);
    return true;
  });
}
