import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels } from "../schema/index.ts";
import type { ChannelRef } from "./find-channel.ts";

/** Hides a channel: nothing is sent to it until `restoreChannel`. @returns whether it was there. */
export async function deleteChannel(db: Db, { projectId, channelId }: ChannelRef): Promise<boolean> {
  const hidden = await db
    .update(channels)
    .set({ deletedAt: sql`now()` })
    .where(
      and(
        eq(channels.projectId, projectId),
        eq(channels.id, channelId),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
      ),
    )
    .returning({ id: channels.id });
  return hidden.length > 0;
}

/** Brings a deleted channel back, with the checks that alerted it. @returns whether there was something to undo. */
export async function restoreChannel(db: Db, { projectId, channelId }: ChannelRef): Promise<boolean> {
  const restored = await db
    .update(channels)
    .set({ deletedAt: null })
    .where(and(eq(channels.projectId, projectId), eq(channels.id, channelId), isNotNull(channels.deletedAt)))
    .returning({ id: channels.id });
  return restored.length > 0;
}
