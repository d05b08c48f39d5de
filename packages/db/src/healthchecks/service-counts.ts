import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";

/** How much was done and how much waits, for who watches the service. */
export type ServiceCounts = { pings: number | null; deliveries: number | null; waitingFlips: number };

export async function serviceCounts(db: Db): Promise<ServiceCounts> {
  const rows = await db.execute<ServiceCounts>(sql`
    select (select nullif(sum(ping_count), 0)::float8 from checks) as pings,
           (select nullif(count(*), 0)::float8 from deliveries) as deliveries,
           (select count(distinct flip_id)::float8 from deliveries
             where state in ${sql.raw(UNFINISHED)}) as "waitingFlips"`);
  return rows[0] ?? { pings: null, deliveries: null, waitingFlips: 0 };
}

/** Whether the database answers. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  return await db.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
}
