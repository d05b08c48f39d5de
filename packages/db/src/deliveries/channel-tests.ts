import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** A refused channel is tried so often … */
const TRY_EVERY = "50 minutes";
/** … and more rarely once nobody has mended it for so long. */
const GIVEN_UP_AFTER = "3 days";
const TRY_RARELY = "6 hours";
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
