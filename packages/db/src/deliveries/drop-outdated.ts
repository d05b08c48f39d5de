import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { uuidArray } from "./due.ts";

/**
 * Supersedes what waits for these channels and has a newer delivery of the same check behind it: a check that came back
 * while its alert was held is in one message with all others that came back. `claimed` stay: they were the newest just now.
 */
export async function dropOutdated(
  tx: Tx,
  channelIds: readonly string[],
  claimed: readonly string[],
): Promise<void> {
  await tx.execute(sql`
    with waiting as (
      select d.id, d.check_id, d.channel_id, d.state, d.attempt, d.next_attempt_at,
        coalesce(f.deadline_seq, 0) as seq
      from deliveries d left join flips f on f.project_id = d.project_id and f.id = d.flip_id
      where d.channel_id = any(${uuidArray(channelIds)}) and d.kind in ('down', 'up', 'reminder')
        and d.state in ('pending', 'retry', 'sending')
    ), outdated as (
      select d.id from deliveries d join waiting w on w.id = d.id
      where w.id <> all(${uuidArray(claimed)}) and w.attempt = 0 and w.state in ('pending', 'retry') and w.next_attempt_at <= clock_timestamp()
        and exists (
          select from waiting newer where newer.check_id = w.check_id and newer.channel_id = w.channel_id
            and (newer.seq, newer.id) > (w.seq, w.id))
      for update of d skip locked
    )
    update deliveries d set state = 'superseded', finished_at = clock_timestamp(),
      last_error = 'A newer message took its place.'
    from outdated where d.id = outdated.id`);
}
