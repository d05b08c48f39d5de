import { and, asc, desc, eq, inArray, lt, gt, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { deliveries, deliveryAttempts } from "../schema/index.ts";
import type { ChannelRef } from "./find-channels.ts";

type AttemptRow = typeof deliveryAttempts.$inferSelect;
export type DeliveryWithAttempts = DeliveryRow & { attempts: AttemptRow[] };
export type DeliveryFilter = { projectId: string; checkId?: string; channelId?: string };

/** Deliveries of a project, newest first, from before the delivery `before`. */
export async function listDeliveries(
  db: Db,
  filter: DeliveryFilter,
  page: { limit: number; before: string | null },
): Promise<DeliveryWithAttempts[]> {
  const rows = await db
    .select()
    .from(deliveries)
    .where(
      and(
        eq(deliveries.projectId, filter.projectId),
        filter.checkId === undefined ? undefined : eq(deliveries.checkId, filter.checkId),
        filter.channelId === undefined ? undefined : eq(deliveries.channelId, filter.channelId),
        page.before === null ? undefined : lt(deliveries.id, page.before),
      ),
    )
    .orderBy(desc(deliveries.id))
    .limit(page.limit);
  return await withAttempts(db, rows);
}

export async function findDelivery(
  db: Db,
  ref: { projectId: string; deliveryId: string },
): Promise<DeliveryWithAttempts | null> {
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.projectId, ref.projectId), eq(deliveries.id, ref.deliveryId)));
  const [found] = await withAttempts(db, rows);
  return found ?? null;
}

/** The same deliveries, each with every try. */
export async function withAttempts(db: Db, rows: readonly DeliveryRow[]): Promise<DeliveryWithAttempts[]> {
  const ids = rows.map((row) => row.id);
  const attempts = await db
    .select()
    .from(deliveryAttempts)
    .where(inArray(deliveryAttempts.deliveryId, ids))
    .orderBy(asc(deliveryAttempts.attempt));
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.deliveryId);
  return rows.map((row) => ({ ...row, attempts: byDelivery.get(row.id) ?? [] }));
}

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
