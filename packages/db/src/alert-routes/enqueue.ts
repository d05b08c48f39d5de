import type { DeliveryKind } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { PoolClient } from "../database.ts";
import { digestMinutesSql } from "../deliveries/fragments.ts";
import { INFORMATIONAL } from "../schema/delivery-lists.ts";

/** A delivery to be written. Instants are epoch milliseconds. */
export type NewDelivery = {
  project_id: string;
  channel_id: string;
  kind: DeliveryKind;
  check_id: string;
  flip_id: string | null;
  incident_id: string | null;
  route_id: string;
  because: string;
  round: number;
  written_at: Instant;
  not_before: Instant;
  payload: object | null;
};

// All that a collecting channel gets within its span is due together with the first. An alert of a critical check never
// waits.
const INSERT_DELIVERIES = `
insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, route_id, because, round,
                        created_at, next_attempt_at, payload)
select x.project_id, x.channel_id, x.kind, x.check_id, x.flip_id, x.incident_id, x.route_id, x.because, x.round,
       to_timestamp(x.written_at / 1000),
       greatest(to_timestamp(x.not_before / 1000), case when ${digestMinutesSql} = 0 or open.is_urgent then clock_timestamp()
         else coalesce(open.due_at, clock_timestamp() + ${digestMinutesSql} * interval '1 minute') end),
       x.payload
  from json_to_recordset($1::json) as x(
         project_id uuid, channel_id uuid, kind delivery_kind, check_id uuid, flip_id uuid, incident_id uuid,
         route_id text, because text, round integer, written_at float8, not_before float8, payload jsonb)
  join channels c on c.project_id = x.project_id and c.id = x.channel_id and c.deleted_at is null
  left join lateral (
    select min(d.next_attempt_at) as due_at,
       x.kind not in ${INFORMATIONAL} and exists (
         select from checks k where k.project_id = x.project_id and k.id = x.check_id and k.severity = 'critical'
       ) as is_urgent
      from deliveries d
     where ${digestMinutesSql} > 0 and d.channel_id = c.id and d.state = 'pending' and d.next_attempt_at > clock_timestamp()
       and d.next_attempt_at <= clock_timestamp() + ${digestMinutesSql} * interval '1 minute'
  ) open on ${digestMinutesSql} > 0
on conflict on constraint deliveries_once do nothing`;

/** Writes deliveries inside the caller's transaction, and notifies the senders. Deliveries that exist already stay as they are. */
export async function enqueueDeliveries(
  client: PoolClient,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const { count } = await client.query(INSERT_DELIVERIES, [JSON.stringify(deliveries)]);
  if (count > 0) await client.query("select pg_notify('overdue_deliveries', '')");
}

/** A run or a notice for a channel. `not_before`: epoch milliseconds. */
export type InformationalDelivery = {
  project_id: string;
  channel_id: string;
  kind: "run" | "notice";
  check_id: string;
  route_id: string;
  because: string;
  not_before: number;
  payload: object;
};

/**
 * The age and latency of such a delivery count from when it may be sent. It is due together with an earlier one that is held
 * for this channel, or with all that a collecting channel gets within its span.
 */
const INSERT_INFORMATIONAL = `
insert into deliveries (project_id, channel_id, kind, check_id, route_id, because, payload, created_at, next_attempt_at)
select x.project_id, x.channel_id, x.kind, x.check_id, x.route_id, x.because, x.payload, due.at, due.at
  from json_to_recordset($1::json) as x(
         project_id uuid, channel_id uuid, kind delivery_kind, check_id uuid, route_id text, because text,
         not_before float8, payload jsonb)
  join channels c on c.project_id = x.project_id and c.id = x.channel_id and c.deleted_at is null
  left join lateral (
    select min(d.next_attempt_at) as at from deliveries d
     where d.channel_id = c.id and d.state = 'pending' and d.next_attempt_at > clock_timestamp()
       and d.next_attempt_at <= clock_timestamp() + ${digestMinutesSql} * interval '1 minute'
  ) collected on ${digestMinutesSql} > 0
  left join lateral (
    select d.next_attempt_at as at from deliveries d
     where d.channel_id = c.id and d.created_at > clock_timestamp() - interval '10 minutes'
       and d.kind in ${INFORMATIONAL} and d.state = 'pending' and d.next_attempt_at > clock_timestamp()
       and d.next_attempt_at <= clock_timestamp() + interval '10 minutes'
     order by d.created_at desc limit 1
  ) held on ${digestMinutesSql} = 0
 cross join lateral (
   select greatest(to_timestamp(x.not_before / 1000), coalesce(collected.at, held.at,
     clock_timestamp() + ${digestMinutesSql} * interval '1 minute')) as at
 ) due`;

/** Writes deliveries about runs and notices inside the caller's transaction, and notifies the senders. */
export async function enqueueInformational(
  client: PoolClient,
  deliveries: readonly InformationalDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const { count } = await client.query(INSERT_INFORMATIONAL, [JSON.stringify(deliveries)]);
  if (count > 0) await client.query("select pg_notify('overdue_deliveries', '')");
}
