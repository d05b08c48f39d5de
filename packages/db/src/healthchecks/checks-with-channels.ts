import { and, asc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";

import type { CheckWithChannels } from "../checks/find-check.ts";
import type { Db, Tx } from "../database.ts";
import { channels, checkChannels, checks, projects } from "../schema/index.ts";

/** Checks that are there, in projects that are there, oldest first, with the channels they alert. */
export async function checksWithChannels(
  db: Db | Tx,
  where: SQL | undefined,
  limit: number,
): Promise<CheckWithChannels[]> {
  return await db
    .select({ ...getTableColumns(checks), channelIds: CHANNEL_IDS })
    .from(checks)
    .innerJoin(projects, and(eq(projects.id, checks.projectId), isNull(projects.deletedAt)))
    .where(and(where, isNull(checks.deletedAt)))
    .orderBy(asc(checks.createdAt), asc(checks.id))
    .limit(limit);
}

const CHANNEL_IDS = sql<string[]>`array(
  select ${checkChannels.channelId} from ${checkChannels}
    join ${channels} on ${channels.id} = ${checkChannels.channelId} and ${channels.deletedAt} is null
   where ${checkChannels.checkId} = ${checks.id}
   order by 1)`;
