import { and, eq, inArray, isNull } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { checkChannels, checkDependencies, checks } from "../schema/index.ts";
import type { CheckRow } from "./check-row.ts";

export type CheckRef = { projectId: string; checkId: string };
export type CheckWithChannels = CheckRow & { channelIds: string[] };
/** And the checks it depends on. */
export type LinkedCheck = CheckWithChannels & { dependsOn: string[] };

/** A check that is there, with the channels it alerts, or null. */
export async function findCheck(db: Db, ref: CheckRef): Promise<LinkedCheck | null> {
  const [row] = await db
    .select()
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
  if (row === undefined) return null;
  const [found] = await withLinks(db, [row]);
  return found ?? null;
}

/** The rows with what is linked to them. */
export async function withLinks(db: Db | Tx, rows: readonly CheckRow[]): Promise<LinkedCheck[]> {
  const ids = rows.map((row) => row.id);
  const channels = await db.select().from(checkChannels).where(inArray(checkChannels.checkId, ids));
  const above = await db.select().from(checkDependencies).where(inArray(checkDependencies.checkId, ids));
  const channelsOf = Map.groupBy(channels, (link) => link.checkId);
  const aboveOf = Map.groupBy(above, (link) => link.checkId);
  return rows.map((row) => ({
    ...row,
    channelIds: (channelsOf.get(row.id) ?? []).map((link) => link.channelId),
    dependsOn: (aboveOf.get(row.id) ?? []).map((link) => link.dependsOnId),
  }));
}
