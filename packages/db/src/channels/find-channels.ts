import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels, checkChannels, deliveries } from "../schema/index.ts";

export type ChannelRef = { projectId: string; channelId: string };
export type ChannelRow = typeof channels.$inferSelect;
type DeliveryRow = typeof deliveries.$inferSelect;
/** A message that tries a channel: a test, or the question whether the address's owner agrees. */
type Trial = {
  deliveryId: string;
  kind: "test" | "confirm";
  state: DeliveryRow["state"];
  createdAt: Date;
  lastError: string | null;
};
/** `lastTrial`: the newest trial of the last day. */
export type ChannelWithChecks = ChannelRow & { checkIds: string[]; lastTrial: Trial | null };

/** A channel with the checks that alert it; null if there is none, or it is deleted. Its settings stay sealed. */
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
  const trials = await lastTrials(db, [row.id]);
  return { ...row, checkIds: links.map(({ checkId }) => checkId), lastTrial: trials.get(row.id) ?? null };
}

async function lastTrials(db: Db, channelIds: readonly string[]): Promise<Map<string, Trial>> {
  const rows = await db
    .selectDistinctOn([deliveries.channelId], {
      channelId: deliveries.channelId,
      deliveryId: deliveries.id,
      kind: sql<Trial["kind"]>`${deliveries.kind}`,
      state: deliveries.state,
      createdAt: deliveries.createdAt,
      lastError: deliveries.lastError,
    })
    .from(deliveries)
    .where(
      and(
        inArray(deliveries.channelId, [...channelIds]),
        gt(deliveries.createdAt, sql`now() - interval '1 day'`),
        inArray(deliveries.kind, ["test", "confirm"]),
      ),
    )
    .orderBy(deliveries.channelId, desc(deliveries.createdAt));
  return new Map(rows.map(({ channelId, ...trial }) => [channelId, trial]));
}

/** Channels of a project, oldest first; only those after the channel `after`. */
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
  const trials = await lastTrials(db, ids);
  return rows.map((row) => ({
    ...row,
    checkIds: (byChannel.get(row.id) ?? []).map((link) => link.checkId),
    lastTrial: trials.get(row.id) ?? null,
  }));
}
