import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { endKeptIncidents, reopenKeptIncidents } from "../deliveries/end-incidents.ts";
import { channels } from "../schema/index.ts";
import { refuseTooMany } from "./create-channel.ts";
import type { ChannelRef } from "./find-channels.ts";

/** Hides a channel: nothing but the end of incidents that it keeps is sent to it until `restoreChannel`. @returns whether it was there. */
export async function deleteChannel(db: Db, ref: ChannelRef): Promise<boolean> {
  return await db.transaction((tx) => deleteChannelIn(tx, ref));
}

/** The same inside a transaction. */
export async function deleteChannelIn(tx: Db | Tx, { projectId, channelId }: ChannelRef): Promise<boolean> {
  const hidden = await tx
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
  if (hidden.length === 0) return false;
  await endKeptIncidents(tx, { projectId, channelId }, { by: "channel-deleted" });
  return true;
}

/** Brings a deleted channel back, with the checks that alerted it. @returns whether there was something to undo. @throws TooManyChannels */
export async function restoreChannel(db: Db, { projectId, channelId }: ChannelRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const restored = await tx
      .update(channels)
      .set({ deletedAt: null })
      .where(
        and(eq(channels.projectId, projectId), eq(channels.id, channelId), isNotNull(channels.deletedAt)),
      )
      .returning({ id: channels.id });
    if (restored.length === 0) return false;
    await refuseTooMany(tx, projectId, 0);
    await reopenKeptIncidents(tx, { projectId, channelId });
    return true;
  });
}
