import type { Reason } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import type { DeliveryKind } from "./delivery-row.ts";
import { uuids } from "./due.ts";

/** What one message tells of together. */
export type AlertGroup = {
  /** All that it tells, by sort. */
  counts: { kind: DeliveryKind; reason: Reason | null; count: number }[];
  /** The first few, the lead first. */
  first: {
    kind: DeliveryKind;
    checkName: string;
    reason: Reason | null;
    payload: Record<string, unknown> | null;
  }[];
  storm: {
    id: string;
    /** "host db1", "tag prod"; empty where nothing is shared by two. */
    shared: string;
    /** Incidents of it that are open, those of earlier messages too. */
    open: number;
  } | null;
};

const FIRST = 10;

/** What else these deliveries' messages tell, by the id of the delivery; nothing for those that tell of themselves alone. */
export async function loadGroups(db: Db | Tx, ids: readonly string[]): Promise<Map<string, AlertGroup>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.execute<AlertGroup & { id: string }>(sql`
    with told as (
      select l.id as lead, d.id, d.kind, d.payload, k.name, i.reason, i.storm_id,
        row_number() over (partition by l.id order by d.lead_id nulls first, d.id) as place
      from deliveries l
      join deliveries d on d.id = l.id or d.lead_id = coalesce(l.instead_of, l.id)
      left join checks k on k.project_id = d.project_id and k.id = d.check_id
      left join incidents i on i.project_id = d.project_id and i.id = d.incident_id
      where l.id = any(${uuids(ids)})
        and (exists (select from deliveries m where m.lead_id = coalesce(l.instead_of, l.id)))
    )
    select t.lead as id,
      (select json_agg(json_build_object('kind', c.kind, 'reason', c.reason, 'count', c.count)
         order by c.count desc)
       from (select kind, reason, count(*) from told where lead = t.lead group by kind, reason) c) as counts,
      json_agg(json_build_object('kind', t.kind, 'checkName', coalesce(t.name, ''), 'reason', t.reason,
        'payload', t.payload) order by t.place) filter (where t.place <= ${FIRST}) as first,
      (select json_build_object('id', s.id, 'shared', s.shared, 'open',
         (select count(*) from incidents i where i.project_id = s.project_id and i.storm_id = s.id
            and i.resolved_at is null))
       from storms s where s.id = (array_agg(t.storm_id) filter (where t.storm_id is not null))[1]) as storm
    from told t group by t.lead`);
  return new Map(rows.map(({ id, ...group }) => [id, group]));
}
