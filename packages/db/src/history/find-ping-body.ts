import { and, eq } from "drizzle-orm";

import type { CheckRef } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { pings } from "../schema/index.ts";

/** What a job sent with a ping; null where there is no such ping, or it sent nothing. */
export async function findPingBody(db: Db, ref: CheckRef & { number: number }): Promise<Buffer | null> {
  const [found] = await db
    .select({ body: pings.body })
    .from(pings)
    .where(
      and(eq(pings.projectId, ref.projectId), eq(pings.checkId, ref.checkId), eq(pings.number, ref.number)),
    );
  return found?.body ?? null;
}
