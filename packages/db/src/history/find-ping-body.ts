import { and, eq } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { pings } from "../schema/index.ts";
import { type PingBody, pingBody } from "./ping-body.ts";

/** What a job sent with a ping; null where there is no such ping, or it sent nothing. */
export async function findPingBody(db: Db, ref: CheckRef & { number: number }): Promise<PingBody | null> {
  const [found] = await db
    .select({ body: pings.body, bytes: pings.bodyBytes, cutAt: pings.bodyCutAt })
    .from(pings)
    .where(
      and(eq(pings.projectId, ref.projectId), eq(pings.checkId, ref.checkId), eq(pings.number, ref.number)),
    );
  if (found === undefined || found.body === null) return null;
  return pingBody({ ...found, body: found.body });
}
