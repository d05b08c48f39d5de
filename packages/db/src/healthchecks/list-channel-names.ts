import { and, asc, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels } from "../schema/index.ts";

const AT_MOST = 10_000;

/** Every channel of a project, oldest first, broken ones too: who it is, not what it is set to. */
export async function listChannelNames(
  db: Db,
  projectId: string,
): Promise<{ id: string; name: string; kind: string }[]> {
  return await db
    .select({ id: channels.id, name: channels.name, kind: channels.kind })
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.createdAt), asc(channels.id))
    .limit(AT_MOST);
}
