import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/**
 * Ends the leases of checkers that are gone, so that nobody waits for what died with them. Gone is who has neither a
 * connection here (each names its process) nor evaluated deadlines lately; right after a start of the database nobody is, since all
 * connections were lost. @returns how many leases ended.
 */
export async function freeLeases(db: Db): Promise<number> {
  const { count } = await db.execute(sql`
    with gone as (
      select h.holder from (
        select distinct holder from deliveries
        where state in ('pending', 'retry', 'sending') and state = 'sending' and holder is not null
          and lease_until > clock_timestamp()
      ) h
      where pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'
        and not exists (select from pg_stat_activity a
          where a.application_name like '%' || h.holder || '%' and a.datname = current_database())
        and not exists (select from checkers k
          where k.id = h.holder and k.evaluated_at > clock_timestamp() - interval '2 seconds')
    )
    update deliveries d set lease_until = clock_timestamp()
    from gone where d.holder = gone.holder and d.state = 'sending' and d.lease_until > clock_timestamp()`);
  return count;
}
