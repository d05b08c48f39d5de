import { and, eq, gt, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { ChannelRef } from "../channels/find-channels.ts";
import type { Db } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import type { DeliveryRow } from "./list-deliveries.ts";

/** How many test messages the project has queued within the last minute. */
export async function testsWithinMinute(db: Db, projectId: string): Promise<number> {
  const recent = gt(deliveries.createdAt, sql`now() - interval '1 minute'`);
  return await db.$count(
    deliveries,
    and(eq(deliveries.projectId, projectId), eq(deliveries.kind, "test"), recent),
  );
}

/** Queues a test message, which is sent like an alert. The channel must exist. */
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

/** How often a broken channel is tested, until it has been broken for `RARELY_AFTER`. */
const TEST_EVERY = "50 minutes";
const TEST_RARELY_EVERY = "6 hours";
const RARELY_AFTER = "3 days";
/** A channel that rings a phone or costs money is tested once a day, since its test may arrive at night. */
const TEST_PHONE_EVERY = "1 day";

/**
 * Queues a test for each broken channel that was not tested for a while, and for each that is to be proven weekly and to
 * which nothing else has arrived for a week. Nobody sees the tests of a broken channel until it works again, and then one.
 * @returns how many, at most `limit`
 */
export async function queueChannelTests(db: Db, limit: number): Promise<number> {
  const { count } = await db.execute(sql`
    with queued as (
      insert into deliveries (project_id, channel_id, kind)
      select c.project_id, c.id, 'test' from channels c
      join projects p on p.id = c.project_id and p.deleted_at is null
      cross join lateral (select case when c.broken_at is null then interval '1 day'
        when c.kind in ('sms', 'call') then ${TEST_PHONE_EVERY}::interval
        when c.broken_at < clock_timestamp() - ${RARELY_AFTER}::interval then ${TEST_RARELY_EVERY}::interval
        else ${TEST_EVERY}::interval end as every) try
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
