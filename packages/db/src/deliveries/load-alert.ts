import type { AlertFacts, AlertGroup } from "@overdue/core";
import { sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { type BodyEnd, bodyEndColumns, lastOutput } from "../history/pings.ts";
import { uuidArray } from "./due.ts";
import { loadGroups } from "./load-group.ts";

/** The facts of an alert, and the channel that it goes to, with its sealed settings. */
export type AlertRecord = AlertFacts & {
  group: AlertGroup | null;
  channelKind: string;
  sealedSettings: string;
  /** The settings are earlier ones of the channel, under which it was sent the incident that ends. */
  hasOldSettings: boolean;
};

type LoadedRow = Omit<AlertRecord, "lastPing" | "group"> & {
  lastPing: Omit<NonNullable<AlertRecord["lastPing"]>, "output"> | null;
} & BodyEnd;

const SENT_BEFORE_MAX = 10;

/**
 * Loads the facts of the alerts of these deliveries. A down whose incident has ended meanwhile is loaded as the up, so that
 * one message reports both.
 */
export async function loadAlerts(db: Db | Tx, ids: readonly string[]): Promise<AlertRecord[]> {
  if (ids.length === 0) return [];
  const rows = await db.execute<LoadedRow>(sql`
    select d.id as "deliveryId", case when ended.id is null then d.kind else 'up' end as kind, d.uncertain, d.payload - 'sealedSettings' as payload, ${epochMs(sql`d.created_at`)} as "writtenAt",
      ${includesDown} as "includesDown", ${sentBefore} as "sentBefore",
      json_build_object('id', p.id, 'name', p.name) as project,
      json_build_object('id', c.id, 'name', c.name) as channel,
      c.kind as "channelKind", coalesce(d.payload ->> 'sealedSettings', c.settings) as "sealedSettings",
      coalesce(d.payload ? 'sealedSettings', false) as "hasOldSettings",
      ${checkJson} as "check", ${flipJson} as flip, ${incidentJson} as incident, ${pingJson} as "lastPing",
      ${sql.raw(bodyEndColumns("ping"))}
    from deliveries d
    join projects p on p.id = d.project_id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
    left join checks k on k.project_id = d.project_id and k.id = d.check_id
    left join lateral (${ended}) ended on true
    left join flips f on f.project_id = d.project_id and f.id = coalesce(ended.id, d.flip_id)
    left join lateral (
      select i.* from incidents i
      where i.project_id = d.project_id and i.check_id = d.check_id
        and (i.id = d.incident_id or (d.incident_id is null and i.opened_at <= f.at))
      order by i.opened_at desc limit 1
    ) i on true
    left join lateral (
      select g.* from pings g
      where g.project_id = d.project_id and g.check_id = d.check_id and g.kind <> 'ignored' and ${isAboutPing}
      order by g.number desc limit 1
    ) ping on true
    where d.id = any(${uuidArray(ids)})`);
  const groups = await loadGroups(db, ids);
  return rows.map((row) => ({ ...withOutput(row), group: groups.get(row.deliveryId) ?? null }));
}

/** Whether `g` may be the last ping of the alert: the end of a run, the ping that a notice is about, or one before the flip. */
const isAboutPing = sql`case d.kind
  when 'run' then d.payload ->> 'outcome' <> 'lost' and g.kind in ('success', 'fail')
    and g.received_at = timestamptz 'epoch' + (d.payload ->> 'endedAt')::float8 * interval '1 millisecond'
  when 'notice' then g.number = (d.payload -> 'evidence' ->> 'pingNumber')::bigint
  else g.received_at <= f.at end`;

/** Where it took so long to tell of a down that it was over: the flip by which it recovered. */
const ended = sql`
  select up.id from incidents n
  join flips up on up.project_id = n.project_id and up.check_id = n.check_id and up.at = n.resolved_at
    and up.to_status = 'up'
  where n.project_id = d.project_id and n.id = d.incident_id and d.kind in ('down', 'reminder') limit 1`;

const includesDown = sql`((d.kind = 'up' or ended.id is not null) and not exists (
  select from deliveries e
  where e.project_id = d.project_id and e.check_id = d.check_id and e.channel_id = d.channel_id
    and e.kind in ('down', 'reminder') and e.state = 'sent' and e.incident_id = i.id))`;

/** What a reader has of this incident already; those that went in one message are that message. */
const sentBefore = sql`array(select coalesce(e.leader_id, e.id) from deliveries e
  where e.project_id = d.project_id and e.check_id = d.check_id and e.channel_id = d.channel_id
    and e.state = 'sent' and e.incident_id = i.id and e.id <> d.id
  order by e.id limit ${SENT_BEFORE_MAX})`;

const checkJson = sql`case when k.id is not null then json_build_object('id', k.id, 'pingUuid', k.ping_uuid, 'name', k.name,
  'slug', k.slug, 'tags', to_json(string_to_array(k.tags, ' ')),
  'timezone', k.schedule ->> 'timezone', 'graceSeconds', k.grace_seconds) end`;

const flipJson = sql`case when f.id is not null then json_build_object('at', ${epochMs(sql`f.at`)},
  'reason', f.reason) end`;

const incidentJson = sql`case when i.id is not null then json_build_object('id', i.id, 'reason', i.reason,
  'evidence', i.evidence, 'openedAt', ${epochMs(sql`i.opened_at`)}) end`;

const pingJson = sql`case when ping.id is not null then json_build_object('at', ${epochMs(sql`ping.received_at`)},
  'kind', ping.kind, 'exitStatus', ping.exit_status) end`;

function epochMs(column: ReturnType<typeof sql>) {
  return sql`(extract(epoch from ${column}) * 1000)::bigint`;
}

function withOutput({ bodyEnd, leftOutBefore, ...row }: LoadedRow): Omit<AlertRecord, "group"> {
  if (row.lastPing === null) return { ...row, lastPing: null };
  return { ...row, lastPing: { ...row.lastPing, output: lastOutput({ bodyEnd, leftOutBefore }) } };
}
