import type { AlertFacts, AlertGroup } from "@overdue/core";
import { sql } from "drizzle-orm";

import { newestSlots, slotRecord, type SlotValues } from "../checks/list-overviews.ts";
import type { Db, Tx } from "../database.ts";
import { type BodyEnd, bodyEndColumns, lastOutput } from "../history/pings.ts";
import { INFORMATIONAL, OPENING_KINDS } from "../schema/delivery-lists.ts";
import { epochMs, uuidArray } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import { isReplacedIn } from "./grouped-deliveries.ts";

/** The facts of an alert, and the channel to which it goes, with its sealed settings. */
export type AlertRecord = AlertFacts & {
  group: AlertGroup | null;
  channelKind: string;
  sealedSettings: string;
  /** Whether the settings are the channel's earlier ones, under which it was sent the incident that now ends there. */
  hasOldSettings: boolean;
};

export type UngroupedAlert = Omit<AlertRecord, "group">;

type LoadedRow = Omit<UngroupedAlert, "lastPing"> & {
  lastPing: Omit<NonNullable<AlertRecord["lastPing"]>, "output"> | null;
  slots: SlotValues[] | null;
} & BodyEnd;

/** How many slots a mail shows; no other kind of channel shows any. */
const STRIP_SLOTS_MAX = 30;

const SENT_BEFORE_MAX = 10;

/**
 * Loads the facts of the alerts of these deliveries. An alert that a check is down is loaded as its recovery if its incident
 * has ended meanwhile, so that one message reports both.
 */
export async function loadAlerts(db: Db | Tx, ids: readonly string[]): Promise<AlertRecord[]> {
  const alerts = await loadUngrouped(db, ids);
  return withGroups(alerts, await loadGroups(db, ids));
}

/** Loads each delivery as if it had a message of its own; `withGroups` adds what else its message reports. */
export async function loadUngrouped(db: Db | Tx, ids: readonly string[]): Promise<UngroupedAlert[]> {
  if (ids.length === 0) return [];
  const rows = await db.execute<LoadedRow>(sql`
    select d.id as "deliveryId", case when ended.id is null then d.kind else 'up' end as kind, d.uncertain, d.payload - 'sealedSettings' as payload, ${epochMs("d.created_at")} as "writtenAt",
      ${includesDown} as "includesDown", ${sentBefore} as "sentBefore",
      json_build_object('id', p.id, 'name', p.name) as project,
      json_build_object('id', c.id, 'name', c.name) as channel,
      c.kind as "channelKind", coalesce(d.payload ->> 'sealedSettings', c.settings) as "sealedSettings",
      coalesce(d.payload ? 'sealedSettings', false) as "hasOldSettings",
      ${checkJson} as "check", ${flipJson} as flip, ${incidentJson} as incident, ${pingJson} as "lastPing",
      case when c.kind = 'email' then (${sql.raw(newestSlots("k.id", String(STRIP_SLOTS_MAX)))}) end as slots,
      ${sql.raw(bodyEndColumns("ping"))}
    from deliveries d
    join projects p on p.id = d.project_id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
    left join checks k on k.project_id = d.project_id and k.id = d.check_id
    left join lateral (${recoveryFlip}) ended on true
    left join flips f on f.project_id = d.project_id and f.id = coalesce(ended.id, d.flip_id)
    left join incidents i on i.project_id = d.project_id and i.id = coalesce(d.incident_id, ${latestIncident})
    left join lateral (
      select g.* from pings g
      where g.project_id = d.project_id and g.check_id = d.check_id and g.kind <> 'ignored' and ${isAboutPing}
      order by g.number desc limit 1
    ) ping on true
    where d.id = any(${uuidArray(ids)})`);
  return rows.map(toAlert);
}

/** `groups`: by the id of the delivery. */
export function withGroups(
  alerts: readonly UngroupedAlert[],
  groups: ReadonlyMap<string, AlertGroup>,
): AlertRecord[] {
  return alerts.map((alert) => ({ ...alert, group: groups.get(alert.deliveryId) ?? null }));
}

/** SQL: the incident of a delivery that names none: the check's last one before its flip. */
const latestIncident = sql`(select n.id from incidents n
  where n.project_id = d.project_id and n.check_id = d.check_id and n.opened_at <= f.at
  order by n.opened_at desc limit 1)`;

/** SQL: whether the alert is about the ping `g`: it ended the run, a notice is about it, or it came before the flip. */
const isAboutPing = sql`case d.kind
  when 'run' then d.payload ->> 'outcome' <> 'lost' and g.kind in ('success', 'fail')
    and g.received_at = timestamptz 'epoch' + (d.payload ->> 'endedAt')::float8 * interval '1 millisecond'
  when 'notice' then g.number = (d.payload -> 'evidence' ->> 'pingNumber')::bigint
  else g.received_at <= f.at end`;

/** SQL: the flip by which the check recovered before the alert that it is down was sent; none if it is still down. */
const recoveryFlip = sql`
  select up.id from incidents n
  join flips up on up.project_id = n.project_id and up.check_id = n.check_id and up.at = n.resolved_at
    and up.to_status = 'up'
  where n.project_id = d.project_id and n.id = d.incident_id and d.kind in ${OPENING_KINDS} limit 1`;

const includesDown = sql`((d.kind = 'up' or ended.id is not null) and not exists (
  select from deliveries e
  where e.project_id = d.project_id and e.check_id = d.check_id and e.channel_id = d.channel_id
    and e.kind in ${OPENING_KINDS} and e.state = 'sent' and e.incident_id = i.id))`;

/** SQL: the messages about this incident that the channel was sent before; a group's leader stands for its members. */
const sentBefore = sql`array(select coalesce(e.leader_id, e.id) from deliveries e
  where e.project_id = d.project_id and e.check_id = d.check_id and e.channel_id = d.channel_id
    and e.state = 'sent' and e.incident_id = i.id and e.id <> d.id
  order by e.id limit ${SENT_BEFORE_MAX})`;

const checkJson = sql`case when k.id is not null then json_build_object('id', k.id, 'pingUuid', k.ping_uuid, 'name', k.name,
  'slug', k.slug, 'tags', to_json(string_to_array(k.tags, ' ')), 'description', k.description,
  'timezone', k.schedule ->> 'timezone', 'graceSeconds', k.grace_seconds, 'severity', k.severity) end`;

const flipJson = sql`case when f.id is not null then json_build_object('at', ${epochMs("f.at")},
  'reason', f.reason) end`;

const incidentJson = sql`case when i.id is not null then json_build_object('id', i.id, 'reason', i.reason,
  'evidence', i.evidence, 'openedAt', ${epochMs("i.opened_at")}) end`;

const pingJson = sql`case when ping.id is not null then json_build_object('at', ${epochMs("ping.received_at")},
  'kind', ping.kind, 'exitStatus', ping.exit_status, 'facts',
  (select said.facts from ping_facts said where said.project_id = d.project_id and said.ping_id = ping.id)) end`;

function toAlert({ bodyEnd, leftOutBefore, slots, ...row }: LoadedRow): UngroupedAlert {
  const { check, lastPing } = row;
  return {
    ...row,
    check: check === null || slots === null ? check : { ...check, slots: slots.map(slotRecord) },
    lastPing: lastPing && { ...lastPing, output: lastOutput({ bodyEnd, leftOutBefore }) },
  };
}

const LISTED_MAX = 10;

/** SQL: what the incidents of a storm share, as it is stored; a check on which all depend is replaced by its name. */
const SHARED = sql`case when s.shared like 'dependency %' then coalesce(
  (select 'dependency on “' || ${checkNameSql("k")} || '”' from checks k
   where k.project_id = s.project_id and s.shared = 'dependency ' || k.id), 'dependency') else s.shared end`;

/** All that the messages of these deliveries report, by the id of the delivery; none for a message about a single delivery. */
export async function loadGroups(db: Db | Tx, ids: readonly string[]): Promise<Map<string, AlertGroup>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<AlertGroup & { id: string }>(sql`
    with recursive ${REPORTED_WITH(ids)}, reported as (
      select w.lead, d.id, d.payload,
        case when d.kind in ${OPENING_KINDS} and i.resolved_at is not null then 'up' else d.kind end as kind, d.check_id,
        case when k.id is not null then ${checkNameSql("k")} end as name, k.schedule ->> 'timezone' as timezone,
        i.reason, i.storm_id,
        row_number() over (partition by w.lead order by (d.id = w.lead) desc, d.id) as place
      from reported_with w
      join deliveries d on d.id = w.id
      left join checks k on k.project_id = d.project_id and k.id = d.check_id
      left join incidents i on i.project_id = d.project_id and i.id = d.incident_id
    )
    select t.lead as id,
      (select json_agg(json_build_object('kind', c.kind, 'reason', c.reason, 'count', c.count)
         order by c.count desc)
       from (select kind, reason, count(*) from reported where lead = t.lead group by kind, reason) c) as counts,
      json_agg(json_build_object('kind', t.kind, 'checkName', coalesce(t.name, ''), 'reason', t.reason,
        'payload', t.payload) order by t.place) filter (where t.place <= ${LISTED_MAX}) as first,
      case when bool_and(t.kind in ${INFORMATIONAL}) then (${informational}) end as informational,
      (select json_build_object('id', s.id, 'shared', ${SHARED}, 'open',
         (select count(*) from incidents i where i.project_id = s.project_id and i.storm_id = s.id
            and i.resolved_at is null))
       from storms s where s.id = (array_agg(t.storm_id) filter (where t.storm_id is not null))[1]) as storm
    from reported t group by t.lead having count(*) > 1`);
  return new Map(rows.map(({ id, ...group }) => [id, group]));
}

/**
 * SQL: each delivery with all that its message contains: its members, the members of the delivery that it replaces, and the
 * members of these in turn. A member that has a replacement of its own is not included.
 */
const REPORTED_WITH = (ids: readonly string[]) => sql`reported_with as (
  select l.id as lead, l.channel_id, l.id, l.fallback_for from deliveries l where l.id = any(${uuidArray(ids)})
  union
  select w.lead, w.channel_id, m.id, m.fallback_for
  from reported_with w join deliveries m on m.leader_id = any(array[w.id, w.fallback_for])
  where m.leader_id = w.id or not ${isReplacedIn(sql`w.channel_id`)}
)`;

/** SQL: for each check the number of its runs, of those that failed, and its newest run; checks with failures come first. */
const informational = sql`
  select json_build_object('checks', count(*), 'runs', sum(q.runs), 'failed', sum(q.failed),
    'notices', sum(q.notices), 'first', coalesce(json_agg(json_build_object('name', coalesce(q.name, ''),
      'timezone', q.timezone, 'runs', q.runs, 'failed', q.failed, 'notices', q.notices, 'last', q.last)
      order by q.nth) filter (where q.nth <= ${LISTED_MAX}), '[]'))
  from (
    select min(name) as name, min(timezone) as timezone, count(*) filter (where kind = 'run') as runs,
      count(*) filter (where payload ->> 'outcome' = 'fail') as failed,
      count(*) filter (where kind = 'notice') as notices,
      (array_agg(payload order by payload -> 'endedAt' desc) filter (where kind = 'run'))[1] as last,
      row_number() over (order by count(*) filter (where payload ->> 'outcome' = 'fail') desc, count(*) desc) as nth
    from reported where reported.lead = t.lead group by check_id
  ) q`;
