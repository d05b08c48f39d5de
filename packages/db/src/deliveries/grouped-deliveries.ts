import { type GroupMember, isMemberOutdated, isMemberReported } from "@overdue/core";
import { sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { Tx } from "../database.ts";
import { STATE_KINDS } from "../schema/delivery-lists.ts";
import { NOW, epochMs, uuidArray } from "../sql-fragments.ts";
import { fallBack } from "./fallback.ts";
import { deliveriesOfCheck } from "./fragments.ts";

/**
 * Removes from the messages that are about to be sent what became outdated since they were grouped: no message may say that
 * a check is down after its recovery was sent, nor name a deleted check. `ids`: deliveries that were claimed.
 */
export async function dropOutdatedGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  const dropped = (await readMembers(tx, ids)).filter((member) => !isMemberReported(member));
  if (dropped.length === 0) return;
  await tx.execute(sql`
    update deliveries set leader_id = null, last_error = 'A newer message took its place.'
    where id = any(${uuidArray(dropped.map(({ id }) => id))})`);
}

/** Sends the members of a group by themselves, since their leaders are outdated. `ids`: those leaders. */
export async function releaseGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  const members = (await readMembers(tx, ids)).filter((member) => !isMemberOutdated(member));
  await makePending(tx, members);
  await fallBack(
    tx,
    members.filter(({ isOwn }) => !isOwn).map(({ id }) => id),
  );
}

/**
 * Gives each member of these leaders a delivery of its own, since their channel gets each alert by itself. If a leader
 * replaces a group of another channel, each member of that group gets a replacement of its own.
 */
export async function ungroup(tx: Tx, ids: readonly string[]): Promise<void> {
  const members = (await readMembers(tx, ids)).filter((member) => !isMemberOutdated(member));
  if (members.length === 0) return;
  await makePending(tx, members);
  const replaced = members.filter(({ isOwn }) => !isOwn).map(({ id }) => id);
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      fallback_for)
    select m.project_id, l.channel_id, m.kind, m.check_id, m.flip_id, m.incident_id, m.round, m.payload, l.because, m.id
    from deliveries l join deliveries m on m.leader_id = l.fallback_for
    where l.id = any(${uuidArray(ids)}) and m.id = any(${uuidArray(replaced)}) and not ${isReplacedIn(sql`l.channel_id`)}
    on conflict do nothing`);
  await notifySenders(tx);
}

/** `isOwn`: it is a member of the leader itself; else of the leader that this one replaces in another channel. */
type Member = GroupMember & { id: string; isOwn: boolean };

async function readMembers(tx: Tx, ids: readonly string[]): Promise<Member[]> {
  if (ids.length === 0) return [];
  const rows = await tx.execute<Member>(sql`
    select m.id, m.leader_id = d.id as "isOwn", m.kind, ${epochMs("m.created_at")} as "writtenAt",
      (select ${epochMs("max(e.created_at)")} from ${deliveriesOfCheck(sql`m.check_id`)} e
       where e.channel_id = m.channel_id and e.kind in ${STATE_KINDS} and e.id <> m.id) as "newestStateAt",
      exists (select from checks k where k.id = m.check_id and k.deleted_at is not null) as "isCheckDeleted"
    from deliveries d join deliveries m on m.leader_id = any(array[d.id, d.fallback_for])
    where d.id = any(${uuidArray(ids)})`);
  return rows;
}

async function makePending(tx: Tx, members: readonly Member[]): Promise<void> {
  const own = members.filter(({ isOwn }) => isOwn).map(({ id }) => id);
  if (own.length === 0) return;
  await tx.execute(sql`
    update deliveries set state = 'pending', leader_id = null, finished_at = null, last_error = null,
      next_attempt_at = ${NOW}
    where id = any(${uuidArray(own)})`);
  await notifySenders(tx);
}

/** Whether the delivery `m` has a replacement in this channel, or in a group of channels. */
export function isReplacedIn(channelId: ReturnType<typeof sql>) {
  return sql`exists (
    select from deliveries r join channels c on c.project_id = r.project_id and c.id = r.channel_id
    where r.project_id = m.project_id and r.check_id = m.check_id and r.created_at >= m.created_at
      and r.fallback_for = m.id and (r.channel_id = ${channelId} or c.kind = 'group'))`;
}

/** Makes the members of failed leaders fail too. `ids`: leaders. */
export async function failGrouped(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update deliveries m set state = 'failed', last_error = l.last_error
    from deliveries l where l.id = any(${uuidArray(ids)}) and l.state = 'failed' and m.leader_id = l.id`);
}
