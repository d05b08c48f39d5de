import { and, eq, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { channels } from "../schema/index.ts";

const CHANNELS_MAX = 1_000;

/** A project would have more channels than it may. */
export class TooManyChannels extends Error {
  constructor() {
    super("A project has at most 1,000 channels: delete some that are not used any more.");
  }
}

/** Before `adding` channels more, in their transaction: two at once wait for each other. @throws TooManyChannels */
export async function refuseTooMany(tx: Db | Tx, projectId: string, adding = 1): Promise<void> {
  // Not a lock that pings and edits of checks would wait for.
  await tx.execute(sql`select 1 from projects where id = ${projectId} for no key update`);
  const live = and(
    eq(channels.projectId, projectId),
    isNull(channels.deletedAt),
    eq(channels.internal, false),
  );
  if ((await tx.$count(channels, live)) + adding > CHANNELS_MAX) throw new TooManyChannels();
}
