import { and, eq, gt, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import type { ChannelRef } from "./find-channel.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;

/** How many tests the project has queued within the last minute. */
export async function testsWithinMinute(db: Db, projectId: string): Promise<number> {
  const recent = gt(deliveries.createdAt, sql`now() - interval '1 minute'`);
  return await db.$count(
    deliveries,
    and(eq(deliveries.projectId, projectId), eq(deliveries.kind, "test"), recent),
  );
}

/** Queues a test message on the way that every alert goes, and rings for it. The channel must be there. */
export async function queueTest(db: Db, ref: ChannelRef): Promise<DeliveryRow> {
  return await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(deliveries)
      .values({ ...ref, kind: "test" })
      .returning();
    if (row === undefined) throw new Error("The insert answered no row.");
    await tx.execute(sql`select pg_notify('overdue_deliveries', '')`);
    return row;
  });
}
