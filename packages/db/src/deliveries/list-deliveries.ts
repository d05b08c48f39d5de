import type { DeliveryState } from "@overdue/core";
import { and, asc, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { ChannelRef } from "../channels/find-channels.ts";
import type { Db } from "../database.ts";
import { deliveries, deliveryAttempts } from "../schema/index.ts";

type AttemptRow = typeof deliveryAttempts.$inferSelect;
export type DeliveryWithAttempts = DeliveryRow & { attempts: AttemptRow[] };
export type DeliveryFilter = {
  projectId: string;
  checkId?: string;
  channelId?: string;
  state?: DeliveryState;
};

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

/** Queues a test message, which is sent as every alert is. The channel must exist. */
export async function queueTest(db: Db, ref: ChannelRef): Promise<DeliveryRow> {
  return await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(deliveries)
      .values({ ...ref, kind: "test" })
      .returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    await notifySenders(tx);
    return row;
  });
}

/** A refused channel is tried this often, and more rarely once nobody has mended it within `GIVEN_UP_AFTER`. */
const TRY_EVERY = "50 minutes";
const TRY_RARELY = "6 hours";
const GIVEN_UP_AFTER = "3 days";
/** What rings a phone or costs money is tried once a day: its test may arrive at night. */
const TRY_PHONE = "1 day";

/**
 * Queues a test for each channel that a provider refused and that was not tried for a while, and for each that is to be
 * proven weekly and had nothing else arrive for a week. A test of a refused channel is seen by nobody until the channel
 * works, and then once. @returns how many, at most `limit`
 */
export async function queueChannelTests(db: Db, limit: number): Promise<number> {
  const { count } = await db.execute(sql`
    with queued as (
      insert into deliveries (project_id, channel_id, kind)
      select c.project_id, c.id, 'test' from channels c
      join projects p on p.id = c.project_id and p.deleted_at is null
      cross join lateral (select case when c.broken_at is null then interval '1 day'
        when c.kind in ('sms', 'call') then ${TRY_PHONE}::interval
        when c.broken_at < clock_timestamp() - ${GIVEN_UP_AFTER}::interval then ${TRY_RARELY}::interval
        else ${TRY_EVERY}::interval end as every) try
      where c.deleted_at is null
        and c.unconfirmed_since is null and c.broken_by is null
        and (c.broken_at < clock_timestamp() - try.every
          or (c.prove_weekly and c.broken_at is null
            and coalesce(c.last_sent_at, c.created_at) < clock_timestamp() - interval '7 days'))
        and not exists (select from deliveries d
          where d.channel_id = c.id and d.kind = 'test' and d.created_at > clock_timestamp() - try.every)
      limit ${limit}
      returning id
    )
    select pg_notify('overdue_deliveries', '') from queued`);
  return count;
}
