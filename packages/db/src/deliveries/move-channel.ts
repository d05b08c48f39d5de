import { and, eq } from "drizzle-orm";

import { sealSettings } from "../channels/create-channel.ts";
import type { Db } from "../database.ts";
import { channels } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";

export type Move = {
  projectId: string;
  channelId: string;
  /** As they were read; where a person has stored others since, theirs stand. */
  sealedBefore: string;
  settings: Record<string, unknown>;
  hint: string;
};

/** Stores where a channel moved to, such as a group that became a supergroup. */
export async function moveChannel(db: Db, keyring: Keyring, move: Move): Promise<void> {
  await db
    .update(channels)
    .set({ settings: sealSettings(keyring, move, move.settings), hint: move.hint, updatedAt: new Date() })
    .where(
      and(
        eq(channels.projectId, move.projectId),
        eq(channels.id, move.channelId),
        eq(channels.settings, move.sealedBefore),
      ),
    );
}
