import { and, asc, eq, gt, inArray, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels, checkChannels } from "../schema/index.ts";
import type { ChannelWithChecks } from "./find-channel.ts";

/** Channels of a project, oldest first, from after the channel `after`. */
export async function listChannels(
  db: Db,
  projectId: string,
  page: { limit: number; after: string | null },
): Promise<ChannelWithChecks[]> {
  const rows = await db
    .select()
    .from(channels)
    .where(
      and(
        eq(channels.projectId, projectId),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
        page.after === null ? undefined : gt(channels.id, page.after),
      ),
    )
    .orderBy(asc(channels.id))
    .limit(page.limit);
  const ids = rows.map((row) => row.id);
  const links = await db.select().from(checkChannels).where(inArray(checkChannels.channelId, ids));
  const byChannel = Map.groupBy(links, (link) => link.channelId);
  return rows.map((row) => ({ ...row, checkIds: (byChannel.get(row.id) ?? []).map((link) => link.checkId) }));
}
