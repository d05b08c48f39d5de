import type { DeliveryState } from "@overdue/core";
import { and, asc, desc, eq, inArray, lt } from "drizzle-orm";

import type { Db } from "../database.ts";
import { channels, deliveries, deliveryAttempts } from "../schema/index.ts";

type AttemptRow = typeof deliveryAttempts.$inferSelect;
/** `toOwner`: it went to the mailbox of an owner, which is no channel of the project. */
export type DeliveryWithAttempts = DeliveryRow & { attempts: AttemptRow[]; toOwner: boolean };
export type DeliveryFilter = {
  projectId: string;
  checkId?: string;
  channelId?: string;
  state?: DeliveryState;
};

/** Deliveries of a project, newest first; only those older than the delivery `before`. */
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
        filter.state === undefined ? undefined : eq(deliveries.state, filter.state),
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

/** Adds to each delivery all of its attempts, in order, and whether it went to an owner. */
export async function withAttempts(db: Db, rows: readonly DeliveryRow[]): Promise<DeliveryWithAttempts[]> {
  const ids = rows.map((row) => row.id);
  const attempts = await db
    .select()
    .from(deliveryAttempts)
    .where(inArray(deliveryAttempts.deliveryId, ids))
    .orderBy(asc(deliveryAttempts.attempt));
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.deliveryId);
  const mailboxes = await findMailboxes(db, rows);
  return rows.map((row) => ({
    ...row,
    attempts: byDelivery.get(row.id) ?? [],
    toOwner: mailboxes.has(row.channelId),
  }));
}

/** The channels of these deliveries that are an owner's mailbox. */
async function findMailboxes(db: Db, rows: readonly DeliveryRow[]): Promise<Set<string>> {
  const ids = [...new Set(rows.map(({ channelId }) => channelId))];
  const found = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(inArray(channels.id, ids), eq(channels.internal, true)));
  return new Set(found.map(({ id }) => id));
}

export type DeliveryRow = typeof deliveries.$inferSelect;
