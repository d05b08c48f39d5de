import { and, desc, eq, lt, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { pings } from "../schema/index.ts";

const COLUMNS = {
  number: pings.number,
  id: pings.id,
  kind: pings.kind,
  note: pings.note,
  receivedAt: pings.receivedAt,
  rid: pings.rid,
  exitStatus: pings.exitStatus,
  scheme: pings.scheme,
  method: pings.method,
  remoteAddress: pings.remoteAddress,
  userAgent: pings.userAgent,
  bodyBytes: pings.bodyBytes,
  repeats: pings.repeats,
  keptBytes: sql<number>`coalesce(octet_length(${pings.body}), 0)`,
  /** The beginning of a mail, in which its header stands; null for other pings. */
  mailHead: sql<Buffer | null>`case when ${pings.scheme} = 'email' then substring(${pings.body} from 1 for 16384) end`,
};

export type PingRow = Awaited<ReturnType<typeof listPings>>[number];

/** Pings of a check, newest first, from before the number `before`; without their bodies. */
export async function listPings(
  db: Db,
  { projectId, checkId }: CheckRef,
  page: { limit: number; before: number | null },
) {
  return await db
    .select(COLUMNS)
    .from(pings)
    .where(
      and(
        eq(pings.projectId, projectId),
        eq(pings.checkId, checkId),
        page.before === null ? undefined : lt(pings.number, page.before),
      ),
    )
    .orderBy(desc(pings.number))
    .limit(page.limit);
}
