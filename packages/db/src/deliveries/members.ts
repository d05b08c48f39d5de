import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { ringForDeliveries } from "./changes.ts";
import { uuids } from "./due.ts";
import { fallBack } from "./fall-back.ts";

/**
 * Takes out of the messages that are about to be sent whatever was outdated since they were gathered: nobody is told
 * that a check is down after its recovery was told, nor of one that was deleted. `ids`: deliveries that were claimed.
 */
export async function dropOutdatedMembers(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update deliveries m set lead_id = null, last_error = 'Newer news took its place.'
    where m.lead_id in (select coalesce(d.instead_of, d.id) from deliveries d where d.id = any(${uuids(ids)}))
      and (${hasNewerNews}
        or exists (select from checks k where k.id = m.check_id and k.deleted_at is not null))`);
}

/** Lets those that a message would have told be told without it. `ids`: leads whose own news is outdated. */
export async function freeMembers(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rowCount } = await tx.execute(sql`
    update deliveries m set state = 'pending', lead_id = null, finished_at = null, last_error = null,
      next_attempt_at = clock_timestamp()
    where m.lead_id = any(${uuids(ids)}) and not ${hasNewerNews}`);
  if ((rowCount ?? 0) > 0) await ringForDeliveries(tx);
  await fallBack(tx, await membersInsteadOf(tx, ids));
}

/** Those that these leads would have told in another channel's place. */
async function membersInsteadOf(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select m.id from deliveries l join deliveries m on m.lead_id = l.instead_of
    where l.id = any(${uuids(ids)}) and not ${hasNewerNews}`);
  return rows.map(({ id }) => id);
}

/** Its lead failed, and so did it. */
export async function failMembers(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update deliveries m set state = 'failed', last_error = l.last_error
    from deliveries l where l.id = any(${uuids(ids)}) and l.state = 'failed' and m.lead_id = l.id`);
}

const hasNewerNews = sql`exists (
  select from deliveries e where e.check_id = m.check_id and e.channel_id = m.channel_id
    and e.kind in ('down', 'up', 'reminder') and m.kind in ('down', 'up', 'reminder')
    and e.created_at > m.created_at and e.id <> m.id)`;
