import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/**
 * Queues a test for each channel that a provider refused and that was not tried for a day, and for each that is to be proven weekly
 * and had nothing else arrive for a week. @returns how many, at most `limit`
 */
export async function queueProofs(db: Db, limit: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    with queued as (
      insert into deliveries (project_id, channel_id, kind)
      select c.project_id, c.id, 'test' from channels c
      join projects p on p.id = c.project_id and p.deleted_at is null
      where c.deleted_at is null
        and c.unconfirmed_since is null and c.broken_by is null
        and (c.broken_at < clock_timestamp() - interval '1 day'
          or (c.prove_weekly and c.broken_at is null
            and coalesce(c.last_sent_at, c.created_at) < clock_timestamp() - interval '7 days'))
        and not exists (select from deliveries d
          where d.channel_id = c.id and d.kind = 'test' and d.created_at > clock_timestamp() - interval '1 day')
      limit ${limit}
      returning id
    )
    select pg_notify('overdue_deliveries', '') from queued`);
  return rowCount ?? 0;
}
