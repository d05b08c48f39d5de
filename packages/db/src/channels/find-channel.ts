import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels, checkChannels } from "../schema/index.ts";

export type ChannelRef = { projectId: string; channelId: string };
export type ChannelRow = typeof channels.$inferSelect;
export type ChannelWithChecks = ChannelRow & { checkIds: string[] };

/** A channel that is there, with the checks that alert it, or null. Its settings stay sealed. */
export async function findChannel(db: Db, ref: ChannelRef): Promise<ChannelWithChecks | null> {
  const [row] = await db
    .select()
    .from(channels)
    .where(
      and(
        eq(channels.projectId, ref.projectId),
        eq(channels.id, ref.channelId),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
      ),
    );
  if (row === undefined) return null;
  const links = await db
    .select({ checkId: checkChannels.checkId })
    .from(checkChannels)
    .where(eq(checkChannels.channelId, row.id));
  return { ...row, checkIds: links.map(({ checkId }) => checkId) };
}
