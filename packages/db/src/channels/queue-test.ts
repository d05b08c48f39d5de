import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import type { ChannelRef } from "./find-channel.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;

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
