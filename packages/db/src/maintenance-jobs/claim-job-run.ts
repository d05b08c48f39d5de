import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/**
 * Notes that a maintenance job is done now, unless it was done within the last `notWithinSeconds`. @returns whether the
 * caller is to do it; of several processes that ask at once, one is
 */
export async function claimJobRun(db: Db, name: string, notWithinSeconds: number): Promise<boolean> {
  const rows = await db.execute(sql`
    insert into instance_facts as f (name, value, created_at) values (${`job ${name}`}, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at
      where f.created_at < clock_timestamp() - ${notWithinSeconds} * interval '1 second'
    returning name`);
  return rows.length > 0;
}
