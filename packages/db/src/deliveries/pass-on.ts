import { sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { Db } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import { GROUPABLE_KINDS, INFORMATIONAL } from "../schema/delivery-lists.ts";
import { uuidArray } from "../sql-fragments.ts";
import { digestMinutesSql } from "./fragments.ts";

/** `members`: how many channels of the group exist. `written`: how many deliveries were written for them. */
export type PassedOn = { members: number; written: number };

/**
 * Writes a delivery with the content of a channel group's delivery for each channel of the group, and notifies the senders. A
 * channel group within it is skipped, so that no message circulates. A channel is left out if it got the same message by
 * another route or by an earlier attempt.
 */
export async function passOnDelivery(
  db: Db,
  deliveryId: string,
  channelIds: readonly string[],
): Promise<PassedOn> {
  return db.transaction(async (tx) => {
    // Deliveries without a flip differ by their payload, which two groups may pass on at once.
    await tx.execute(sql`
      select pg_advisory_xact_lock(hashtextextended(payload::text, ${LOCK_SEEDS.passedOnMessage})) from deliveries
      where id = ${deliveryId} and payload is not null`);
    const rows = await tx.execute<PassedOn>(sql`
      with members as (
        select c.* from deliveries d
        join channels c on c.project_id = d.project_id and c.id = any(${uuidArray(channelIds)})
        where d.id = ${deliveryId} and c.kind <> 'group' and c.deleted_at is null and not c.internal
      ), written as (${insertForMembers(deliveryId)})
      select (select count(*) from members)::int as members, (select count(*) from written)::int as written`);
    const passed = rows[0] ?? { members: 0, written: 0 };
    if (passed.written > 0) await notifySenders(tx);
    return passed;
  });
}

/**
 * SQL: writes the deliveries, also those of the batch that the channel group's delivery leads. If the channel group is the fallback of one of its
 * own channels, that channel gets none; `fallback_for` is kept, so that a second failure goes no further.
 */
const insertForMembers = (deliveryId: string) => sql`
  insert into deliveries (id, project_id, channel_id, kind, check_id, flip_id, incident_id, route_id, round, payload,
    fallback_for, because, created_at, next_attempt_at)
  select ${PASSED_ID}, d.project_id, c.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.route_id, d.round,
    d.payload, d.fallback_for, 'in the group “' || g.name || '”', d.created_at, ${DUE_AT}
  from deliveries d
  join channels g on g.project_id = d.project_id and g.id = d.channel_id
  cross join members c
  where (d.id = ${deliveryId} or d.leader_id = ${deliveryId})
    and not exists (select from deliveries o where o.id = d.fallback_for and o.channel_id = c.id)
    and (d.payload is null or not exists (select from deliveries e
      where e.project_id = d.project_id and e.channel_id = c.id and e.kind = d.kind
        and e.check_id is not distinct from d.check_id and e.payload = d.payload
        and e.created_at between d.created_at - interval '1 minute' and d.created_at + interval '1 minute'))
  on conflict do nothing
  returning id`;

/** SQL: an id that is the same for every attempt, and sorts with the group's own delivery, since lists are in the order of ids. */
const PASSED_ID = sql`overlay(md5(d.id::text || c.id::text) placing left(replace(d.id::text, '-', ''), 13)
  from 1 for 13)::uuid`;

/** SQL: when it is due. All that a collecting channel gets within its span is due together with the first; see `alert-routes/enqueue.ts`. */
const DUE_AT = sql`case when ${digestMinutesSql} = 0 or d.kind not in ${GROUPABLE_KINDS}
    or (d.kind not in ${INFORMATIONAL} and exists (
      select from checks k where k.id = d.check_id and k.severity = 'critical'))
  then clock_timestamp()
  else coalesce(
    (select min(w.next_attempt_at) from deliveries w
     where w.channel_id = c.id and w.state = 'pending' and w.next_attempt_at > clock_timestamp()
       and w.next_attempt_at <= clock_timestamp() + ${digestMinutesSql} * interval '1 minute'),
    clock_timestamp() + ${digestMinutesSql} * interval '1 minute') end`;
