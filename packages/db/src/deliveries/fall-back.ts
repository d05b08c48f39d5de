import { type SQL, sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { ringForDeliveries } from "./changes.ts";
import { uuids } from "./due.ts";

/**
 * Writes for deliveries that failed what goes to their project's fall-back channel in their place, and rings for it.
 * Nothing where no channel is named or it is broken too, for a test or what is quiet, for what was itself in another's
 * place, and for the end of an incident that only the channel keeps.
 */
export async function fallBack(tx: Tx, failed: readonly string[]): Promise<void> {
  if (failed.length === 0) return;
  const which = sql`d.id = any(${uuids(failed)}) and d.state = 'failed'`;
  await writeInPlaceOf(tx, which, "Another channel did not take it.");
}

/**
 * The same for what waits for channels whose provider accepts a message and does not answer: all that is older than
 * `seconds`, under way or behind. It stays to be delivered there as well, since nobody knows whether it arrives.
 */
export async function fallBackMeanwhile(
  tx: Tx,
  { channelIds, seconds }: { channelIds: readonly string[]; seconds: number },
): Promise<void> {
  if (channelIds.length === 0) return;
  const which = sql`d.channel_id = any(${uuids(channelIds)}) and d.state in ('pending', 'retry', 'sending')
    and d.created_at < clock_timestamp() - ${seconds} * interval '1 second'
    and (d.state = 'sending' or d.next_attempt_at <= clock_timestamp())`;
  await writeInPlaceOf(tx, which, "Another channel has not answered yet.");
}

async function writeInPlaceOf(tx: Tx, which: SQL, because: string): Promise<void> {
  const { rows } = await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      instead_of)
    select d.project_id, c.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload, ${because}::text, d.id
    from deliveries d
    join channels c on c.project_id = d.project_id and c.is_fallback and c.id <> d.channel_id
      and c.deleted_at is null and c.broken_at is null and c.unconfirmed_since is null
    where ${which} and not coalesce(d.payload ? 'endedBy', false)
      and d.kind not in ('test', 'confirm', 'run', 'notice') and d.instead_of is null
      and not exists (select from deliveries o where o.project_id = d.project_id and o.channel_id = c.id
        and o.instead_of = d.id)
    on conflict do nothing
    returning id`);
  if (rows.length > 0) await ringForDeliveries(tx);
}
