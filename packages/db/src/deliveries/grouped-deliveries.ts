import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { notifySenders } from "./changes.ts";
import { uuidArray } from "./due.ts";
import { fallBack } from "./fallback.ts";

/**
 * Takes out of the messages that are about to be sent what was outdated since they were grouped: no message says that a
 * check is down after its recovery was sent, nor names one that was deleted. `ids`: deliveries that were claimed.
 */
export async function dropOutdatedGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update deliveries m set leader_id = null, last_error = 'A newer message took its place.'
    where m.leader_id in (select unnest(array[d.id, d.fallback_for]) from deliveries d where d.id = any(${uuidArray(ids)}))
      and (${isOutdated}
        or exists (select from checks k where k.id = m.check_id and k.deleted_at is not null))`);
}

/** Lets the members of a group go by themselves. `ids`: group leaders that are outdated. */
export async function releaseGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { count } = await tx.execute(sql`
    update deliveries m set state = 'pending', leader_id = null, finished_at = null, last_error = null,
      next_attempt_at = clock_timestamp()
    where m.leader_id = any(${uuidArray(ids)}) and not ${isOutdated}`);
  if (count > 0) await notifySenders(tx);
  await fallBack(tx, await membersInsteadOf(tx, ids));
}

/** The members that these group leaders would have sent in another channel's place. */
async function membersInsteadOf(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select m.id from deliveries l join deliveries m on m.leader_id = l.fallback_for
    where l.id = any(${uuidArray(ids)}) and not ${isOutdated}`);
  return rows.map(({ id }) => id);
}

/**
 * Gives each alert that these leads would have sent together a delivery of its own: their channel is one that is sent
 * each by itself. What a lead replaces in another channel is replaced one by one.
 */
export async function ungroup(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update deliveries m set state = 'pending', leader_id = null, finished_at = null, last_error = null,
      next_attempt_at = clock_timestamp()
    where m.leader_id = any(${uuidArray(ids)}) and not ${isOutdated}`);
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      fallback_for)
    select m.project_id, l.channel_id, m.kind, m.check_id, m.flip_id, m.incident_id, m.round, m.payload, l.because, m.id
    from deliveries l join deliveries m on m.leader_id = l.fallback_for
    where l.id = any(${uuidArray(ids)}) and not ${isOutdated} and not ${isReplacedIn(sql`l.channel_id`)}
    on conflict do nothing`);
  await notifySenders(tx);
}

/** Whether the delivery `m` has a replacement in this channel, or in a group of channels. */
export function isReplacedIn(channelId: ReturnType<typeof sql>) {
  return sql`exists (
    select from deliveries r join channels c on c.project_id = r.project_id and c.id = r.channel_id
    where r.project_id = m.project_id and r.check_id = m.check_id and r.created_at >= m.created_at
      and r.fallback_for = m.id and (r.channel_id = ${channelId} or c.kind = 'group'))`;
}

/** Its lead failed, and so did it. */
export async function failGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update deliveries m set state = 'failed', last_error = l.last_error
    from deliveries l where l.id = any(${uuidArray(ids)}) and l.state = 'failed' and m.leader_id = l.id`);
}

const isOutdated = sql`exists (
  select from deliveries e where e.check_id = m.check_id and e.channel_id = m.channel_id
    and e.kind in ('down', 'up', 'reminder') and m.kind in ('down', 'up', 'reminder')
    and e.created_at > m.created_at and e.id <> m.id)`;
