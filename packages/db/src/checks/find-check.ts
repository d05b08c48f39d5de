import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { checkChannels, checks } from "../schema/index.ts";
import type { CheckRow } from "./check-row.ts";

export type CheckRef = { projectId: string; checkId: string };
export type CheckWithChannels = CheckRow & { channelIds: string[] };

/** A check that is there, with the channels it alerts, or null. */
export async function findCheck(db: Db, ref: CheckRef): Promise<CheckWithChannels | null> {
  const [row] = await db
    .select()
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
  if (row === undefined) return null;
  const linked = await db
    .select({ channelId: checkChannels.channelId })
    .from(checkChannels)
    .where(eq(checkChannels.checkId, row.id));
  return { ...row, channelIds: linked.map(({ channelId }) => channelId) };
}
