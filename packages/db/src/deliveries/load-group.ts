import { checkNameSql } from "../checks/find-checks.ts";
import type { AlertGroup } from "@overdue/core";
import { sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { uuidArray } from "./due.ts";
import { isReplacedIn } from "./grouped-deliveries.ts";

const FIRST = 10;

/** As it is stored, but for a check that all depend on: that is named. */
const SHARED = sql`case when s.shared like 'dependency %' then coalesce(
  (select 'dependency on “' || ${sql.raw(checkNameSql("k"))} || '”' from checks k
   where k.project_id = s.project_id and s.shared = 'dependency ' || k.id), 'dependency') else s.shared end`;

/** What else these deliveries' messages tell, by the id of the delivery; nothing for those that tell of themselves alone. */
export async function loadGroups(db: Db | Tx, ids: readonly string[]): Promise<Map<string, AlertGroup>> {
  if (ids.length === 0 || !(await leadAny(db, ids))) return new Map();
  const rows = await db.execute<AlertGroup & { id: string }>(sql`
    with recursive ${TOLD_WITH(ids)}, told as (
      select w.lead, d.id, d.payload,
        case when d.kind in ('down', 'reminder') and i.resolved_at is not null then 'up' else d.kind end as kind, d.check_id,
        case when k.id is not null then ${sql.raw(checkNameSql("k"))} end as name, k.schedule ->> 'timezone' as timezone,
        i.reason, i.storm_id,
        row_number() over (partition by w.lead order by (d.id = w.lead) desc, d.id) as place
      from told_with w
      join deliveries d on d.id = w.id
      left join checks k on k.project_id = d.project_id and k.id = d.check_id
      left join incidents i on i.project_id = d.project_id and i.id = d.incident_id
    )
    select t.lead as id,
      (select json_agg(json_build_object('kind', c.kind, 'reason', c.reason, 'count', c.count)
         order by c.count desc)
       from (select kind, reason, count(*) from told where lead = t.lead group by kind, reason) c) as counts,
      json_agg(json_build_object('kind', t.kind, 'checkName', coalesce(t.name, ''), 'reason', t.reason,
        'payload', t.payload) order by t.place) filter (where t.place <= ${FIRST}) as first,
      case when bool_and(t.kind in ('run', 'notice')) then (${informational}) end as informational,
      (select json_build_object('id', s.id, 'shared', ${SHARED}, 'open',
         (select count(*) from incidents i where i.project_id = s.project_id and i.storm_id = s.id
            and i.resolved_at is null))
       from storms s where s.id = (array_agg(t.storm_id) filter (where t.storm_id is not null))[1]) as storm
    from told t group by t.lead having count(*) > 1`);
  return new Map(rows.map(({ id, ...group }) => [id, group]));
}

/** Most messages are about one check, and need no search for more. */
async function leadAny(db: Db | Tx, ids: readonly string[]): Promise<boolean> {
  const [found] = await db.execute<{ lead: boolean }>(sql`
    select exists (select from deliveries m where m.leader_id in (
      select unnest(array[l.id, l.fallback_for]) from deliveries l where l.id = any(${uuidArray(ids)}))) as lead`);
  return found?.lead === true;
}

/**
 * Each delivery with all that its message contains: what it leads, what the delivery that it replaces led, and what these led in
 * turn. A member that has a replacement of its own is sent by that, and not again here.
 */
const TOLD_WITH = (ids: readonly string[]) => sql`told_with as (
  select l.id as lead, l.channel_id, l.id, l.fallback_for from deliveries l where l.id = any(${uuidArray(ids)})
  union
  select w.lead, w.channel_id, m.id, m.fallback_for
  from told_with w join deliveries m on m.leader_id = any(array[w.id, w.fallback_for])
  where m.leader_id = w.id or not ${isReplacedIn(sql`w.channel_id`)}
)`;

/** Of each check how many runs there were, how many failed, and its newest; those with failures first. */
const informational = sql`
  select json_build_object('checks', count(*), 'runs', sum(q.runs), 'failed', sum(q.failed),
    'notices', sum(q.notices), 'first', coalesce(json_agg(json_build_object('name', coalesce(q.name, ''),
      'timezone', q.timezone, 'runs', q.runs, 'failed', q.failed, 'notices', q.notices, 'last', q.last)
      order by q.nth) filter (where q.nth <= ${FIRST}), '[]'))
  from (
    select min(name) as name, min(timezone) as timezone, count(*) filter (where kind = 'run') as runs,
      count(*) filter (where payload ->> 'outcome' = 'fail') as failed,
      count(*) filter (where kind = 'notice') as notices,
      (array_agg(payload order by payload -> 'endedAt' desc) filter (where kind = 'run'))[1] as last,
      row_number() over (order by count(*) filter (where payload ->> 'outcome' = 'fail') desc, count(*) desc) as nth
    from told where told.lead = t.lead group by check_id
  ) q`;
