import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import type { SelfTestCheck } from "./self-test-check.ts";

/** How the missed deadlines of the self-test became messages. */
export type SelfTestState = {
  /** Since the newest of them arrived; null: none has yet. */
  arrivedAgoSeconds: number | null;
  /** Since the check exists. */
  knownForSeconds: number;
  /** How long the oldest delivery that is due has waited, in any project; 0 where none is. */
  deliveryWaitSeconds: number;
};

/** Whether it is time to ping the check, so that it can miss again. */
export async function isDueToPing(
  db: Db,
  { checkId }: SelfTestCheck,
  everySeconds: number,
): Promise<boolean> {
  const rows = await db.execute<{ due: boolean }>(sql`
    select coalesce(last_ping_at < clock_timestamp() - ${everySeconds} * interval '1 second', true) as due
    from checks where id = ${checkId}`);
  return rows[0]?.due ?? false;
}

export async function readSelfTest(db: Db, { projectId, checkId }: SelfTestCheck): Promise<SelfTestState> {
  const rows = await db.execute<SelfTestState>(sql`
    select
      (select extract(epoch from clock_timestamp() - max(finished_at))::float8 from deliveries
        where project_id = ${projectId} and check_id = ${checkId} and kind = 'down' and state = 'sent')
        as "arrivedAgoSeconds",
      (select extract(epoch from clock_timestamp() - created_at)::float8 from checks where id = ${checkId})
        as "knownForSeconds",
      coalesce((select extract(epoch from clock_timestamp() - min(d.next_attempt_at))::float8 from deliveries d
        join channels c on c.id = d.channel_id and c.circuit_step = 0 and c.deleted_at is null
        where d.state in ('pending', 'retry') and d.next_attempt_at < clock_timestamp()), 0)
        as "deliveryWaitSeconds"`);
  const [row] = rows;
  if (row === undefined) throw new Error("The query answered no row.");
  return row;
}
