import { and, eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels } from "../schema/index.ts";

/** Stores where a channel moved to, such as a group that became a supergroup. Leaves one that was edited meanwhile. */
export async function moveChannel(
  db: Db,
  channel: { projectId: string; channelId: string; sealedBefore: string; sealed: string; hint: string },
): Promise<void> {
  await db
    .update(channels)
    .set({ settings: channel.sealed, hint: channel.hint, updatedAt: new Date() })
    .where(
      and(
        eq(channels.projectId, channel.projectId),
        eq(channels.id, channel.channelId),
        eq(channels.settings, channel.sealedBefore),
      ),
    );
}
