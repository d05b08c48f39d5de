import { and, eq, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { StaleVersion } from "../stale-version.ts";
import { linkChecks, sealSettings } from "./create-channel.ts";
import type { ChannelRef } from "./find-channel.ts";

export type ChannelEdit = {
  name: string | null;
  /** New settings as a whole; they also mend a broken channel. Null: as they are. */
  settings: { settings: Record<string, unknown>; hint: string } | null;
  checkIds: readonly string[] | "all" | null;
  /** The version the editor saw; null edits whatever is there. */
  version: number | null;
};

/** Writes what is not null. @returns whether the channel was there. @throws UnknownCheck, StaleVersion */
export async function editChannel(
  db: Db,
  ref: ChannelRef,
  { keyring, edit }: { keyring: Keyring; edit: ChannelEdit },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const edited = await tx
      .update(channels)
      .set({ updatedAt: sql`now()`, version: sql`${channels.version} + 1`, ...columnsOf(ref, keyring, edit) })
      .where(
        and(
          eq(channels.projectId, ref.projectId),
          eq(channels.id, ref.channelId),
          isNull(channels.deletedAt),
          eq(channels.internal, false),
        ),
      )
      .returning({ version: channels.version });
    const [now] = edited;
    if (now === undefined) return false;
    if (edit.version !== null && now.version !== edit.version + 1) throw new StaleVersion();
    if (edit.checkIds !== null) await linkChecks(tx, ref, edit.checkIds);
    return true;
  });
}

function columnsOf(ref: ChannelRef, keyring: Keyring, { name, settings }: ChannelEdit) {
  return {
    ...(name !== null && { name }),
    ...(settings !== null && {
      settings: sealSettings(keyring, ref, settings.settings),
      hint: settings.hint,
      brokenAt: null,
      brokenBecause: null,
    }),
  };
}
