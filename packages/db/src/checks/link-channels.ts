import { and, eq, inArray, isNull } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { channels, checkChannels } from "../schema/index.ts";
import type { CheckRef } from "./find-check.ts";

/** A channel was named that this project does not have. */
export class UnknownChannel extends Error {}

/** Makes these, and only these, the channels of a check. @throws UnknownChannel */
export async function linkChannels(
  tx: Db | Tx,
  check: CheckRef,
  channelIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(channelIds)];
  const known = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(
      and(
        eq(channels.projectId, check.projectId),
        inArray(channels.id, wanted),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
      ),
    );
  if (known.length < wanted.length) throw new UnknownChannel();
  await tx.delete(checkChannels).where(eq(checkChannels.checkId, check.checkId));
  if (wanted.length > 0)
    await tx.insert(checkChannels).values(wanted.map((channelId) => ({ ...check, channelId })));
}
