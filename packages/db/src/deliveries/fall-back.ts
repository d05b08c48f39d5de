import { type SQL, sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { ringForDeliveries } from "./changes.ts";
import { uuids } from "./due.ts";
import { isRefused } from "./refusals.ts";

/**
 * Writes for deliveries that failed, or wait for their next try, what goes to their project's fall-back channel in their
 * place, and rings for it. Nothing where no channel is named or it does not work either, for a test or what is quiet, for what
 * was itself in another's place, and for the end of an incident that only the channel keeps. A mail that only the operator can get through goes to any other channel that works
 * where there is no such fall-back, and rather by another way than by mail. @returns for which of them
 */
export async function fallBack(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const which = sql`d.id = any(${uuids(ids)}) and d.state in ('failed', 'retry')`;
  return await writeInPlaceOf(tx, which, "Another channel did not take it.");
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

async function writeInPlaceOf(tx: Tx, which: SQL, because: string): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      instead_of)
    select d.project_id, c.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload, ${because}::text, d.id
    from deliveries d
    join channels own on own.project_id = d.project_id and own.id = d.channel_id
    join lateral (
      select c.id from channels c
      where c.project_id = d.project_id and c.id <> d.channel_id and c.deleted_at is null and c.broken_at is null
        and c.unconfirmed_since is null and not ${isRefused(sql`c`)}
        and (c.is_fallback or (${isRefused(sql`own`)} and not own.internal and not c.internal and c.kind <> 'group'
          and c.circuit_step = 0))
      -- where one mail server refuses, it may refuse the next address, too
      order by c.kind = 'email' and ${isRefused(sql`own`)}, c.is_fallback desc, c.last_sent_at desc nulls last, c.id
      limit 1
    ) c on true
    where ${which} and not coalesce(d.payload ? 'endedBy', false)
      and d.kind not in ('test', 'confirm', 'run', 'notice') and d.instead_of is null
      and not exists (select from deliveries o where o.project_id = d.project_id and o.channel_id = c.id
        and o.instead_of = d.id)
    on conflict do nothing
    returning instead_of as id`);
  if (rows.length > 0) await ringForDeliveries(tx);
  return rows.map(({ id }) => id);
}
