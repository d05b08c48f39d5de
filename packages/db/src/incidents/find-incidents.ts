import type { Evidence, Reason } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { Pool } from "../database.ts";
import type { EventPage } from "../history/list-events.ts";
import { type BodyEnd, bodyEndColumns, lastOutput } from "../history/pings.ts";
import { epochMs } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import type { IncidentRef } from "./act.ts";

/** An incident with its check. `snoozedUntil` Infinity: until it recovers. */
export type IncidentRecord = {
  id: string;
  checkId: string;
  checkName: string;
  checkSlug: string;
  checkTags: string;
  checkStatus: "new" | "up" | "down" | "paused";
  severity: "info" | "warning" | "critical";
  reason: Reason;
  evidence: Evidence;
  openedAt: Instant;
  resolvedAt: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
  snoozedUntil: Instant | null;
  host: string | null;
  address: string | null;
  stormId: string | null;
  /** How many acts and notes it has. */
  entries: number;
  /** Direct and indirect dependencies of its check that are down now. */
  heldBy: { checkId: string; name: string }[];
};

export type IncidentFilter = { projectId: string; openOnly: boolean; checkId?: string; stormId?: string };

const INCIDENT = `
  i.id, i.check_id as "checkId", c.name as "checkName", c.slug as "checkSlug", c.tags as "checkTags",
  c.status as "checkStatus", c.severity, i.reason, i.evidence, ${epochMs("i.opened_at")} as "openedAt",
  ${epochMs("i.resolved_at")} as "resolvedAt", ${epochMs("i.acknowledged_at")} as "acknowledgedAt",
  i.acknowledged_by as "acknowledgedBy", ${epochMs("i.snoozed_until")} as "snoozedUntil", i.host, i.address,
  i.storm_id as "stormId",
  (select count(*) from incident_entries e where e.incident_id = i.id)::int as entries,
  coalesce((
    with recursive above as (
      select d.depends_on_id from check_dependencies d where d.check_id = i.check_id
      union
      select d.depends_on_id from above a join checks b on b.id = a.depends_on_id and b.deleted_at is null
        join check_dependencies d on d.check_id = b.id
    )
    select json_agg(json_build_object('checkId', h.id, 'name', h.name) order by h.id)
      from above a join checks h on h.id = a.depends_on_id and h.deleted_at is null and h.status = 'down'
     where i.resolved_at is null
  ), '[]') as "heldBy"`;
const FROM = "from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id";

/** Incidents of a project, newest first; those of deleted checks are left out. */
export async function findIncidents(
  pool: Pool,
  { projectId, openOnly, checkId, stormId }: IncidentFilter,
  { limit, after }: EventPage,
): Promise<IncidentRecord[]> {
  const rows = await pool.query<IncidentRecord>(
    `select ${INCIDENT} ${FROM}
      where i.project_id = $1 and c.deleted_at is null and ($2::uuid is null or i.check_id = $2)
        and (not $3::boolean or i.resolved_at is null) and ($7::uuid is null or i.storm_id = $7)
        and ($4::timestamptz is null or (i.opened_at, i.id) < ($4, $5::uuid))
      order by i.opened_at desc, i.id desc limit $6`,
    [projectId, checkId ?? null, openOnly, after?.at ?? null, after?.id ?? null, limit, stormId ?? null],
  );
  return rows;
}

/** How many incidents are open in each of these projects; a project without one is left out. */
export async function countOpenIncidents(
  pool: Pool,
  projectIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await pool.query<{ projectId: string; open: number }>(
    `select i.project_id as "projectId", count(*)::int as open ${FROM}
      where i.project_id = any($1::uuid[]) and i.resolved_at is null and c.deleted_at is null
      group by i.project_id`,
    [projectIds],
  );
  return new Map(rows.map(({ projectId, open }) => [projectId, open]));
}

/** One incident, or null. */
export async function findIncident(
  pool: Pool,
  { projectId, incidentId }: IncidentRef,
): Promise<IncidentRecord | null> {
  const rows = await pool.query<IncidentRecord>(
    `select ${INCIDENT} ${FROM} where i.project_id = $1 and i.id = $2 and c.deleted_at is null`,
    [projectId, incidentId],
  );
  return rows[0] ?? null;
}

/** Another open incident on the same host, or from the same address. */
export type Neighbour = {
  incidentId: string;
  checkId: string;
  checkName: string;
  reason: Reason;
  openedAt: Instant;
  shares: "host" | "address";
};
const NEIGHBOURS_MAX = 50;

/** The other open incidents on the host, or from the address, of an incident. */
export async function findNeighbours(pool: Pool, ref: IncidentRef): Promise<Neighbour[]> {
  const rows = await pool.query<Neighbour>(
    `select o.id as "incidentId", o.check_id as "checkId", ${checkNameSql("c")} as "checkName", o.reason,
            ${epochMs("o.opened_at")} as "openedAt", case when o.host = i.host then 'host' else 'address' end as shares
       from incidents i
       join incidents o on o.project_id = i.project_id and o.resolved_at is null and o.id <> i.id
            and (o.host = i.host or o.address = i.address)
       join checks c on c.id = o.check_id and c.deleted_at is null
      where i.project_id = $1 and i.id = $2
      order by o.opened_at desc, o.id desc limit ${NEIGHBOURS_MAX}`,
    [ref.projectId, ref.incidentId],
  );
  return rows;
}

/** The end of what the job printed: with the ping that opened the incident, else with the last one before it. */
export async function findOutput(
  pool: Pool,
  ref: IncidentRef,
): Promise<{ pingNumber: number; exitStatus: number | null; output: string | null } | null> {
  const rows = await pool.query<{ number: number; exitStatus: number | null } & BodyEnd>(
    `select g.number, g.exit_status as "exitStatus", ${bodyEndColumns("g")}
       from incidents i join pings g on g.project_id = i.project_id and g.check_id = i.check_id
      where i.project_id = $1 and i.id = $2 and g.kind <> 'ignored'
        and (g.number = (i.evidence ->> 'pingNumber')::bigint
             or (i.evidence ->> 'pingNumber' is null and g.received_at <= i.opened_at))
      order by g.number desc limit 1`,
    [ref.projectId, ref.incidentId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { pingNumber: row.number, exitStatus: row.exitStatus, output: lastOutput(row) };
}

/** What the page behind a signed link needs to know. */
export type LinkedIncident = {
  projectId: string;
  timezone: string;
  channelName: string;
  checkId: string;
  checkName: string;
  openedAt: Instant;
  resolvedAt: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
};

/** The incident of a link; null if the channel that was sent the link no longer exists. */
export async function findLinkedIncident(
  pool: Pool,
  link: { incidentId: string; channelId: string },
): Promise<LinkedIncident | null> {
  const rows = await pool.query<LinkedIncident>(
    `select i.project_id as "projectId", p.timezone, h.name as "channelName", c.id as "checkId",
            ${checkNameSql("c")} as "checkName",
            ${epochMs("i.opened_at")} as "openedAt", ${epochMs("i.resolved_at")} as "resolvedAt",
            ${epochMs("i.acknowledged_at")} as "acknowledgedAt", i.acknowledged_by as "acknowledgedBy"
       from incidents i
       join projects p on p.id = i.project_id and p.deleted_at is null
       join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
       join channels h on h.project_id = i.project_id and h.id = $2 and h.deleted_at is null
      where i.id = $1`,
    [link.incidentId, link.channelId],
  );
  return rows[0] ?? null;
}

/** Incidents that were reported together. */
export type StormRecord = {
  id: string;
  openedAt: Instant;
  /** When the last of its incidents ended; null while one is open. */
  overAt: Instant | null;
  /** "host db1", "tag prod", "address 203.0.113.7", "dependency" and a check's id; empty if they share nothing. */
  shared: string;
  /** The name of the check that all depend on; null if they share something else, or it was deleted. */
  dependencyName: string | null;
  incidents: number;
  open: number;
};
export type StormRef = { projectId: string; stormId: string };

// Incidents of deleted checks are in no list, and so not in these counts either.
const STORM = `
  select s.id, ${epochMs("s.opened_at")} as "openedAt", s.shared, n.incidents, n.open,
         case when n.open = 0 then ${epochMs("n.over_at")} end as "overAt",
         (select ${checkNameSql("k")} from checks k where k.project_id = s.project_id and k.deleted_at is null
            and s.shared = 'dependency ' || k.id) as "dependencyName"
    from storms s
    cross join lateral (
      select count(*)::int as incidents, count(*) filter (where i.resolved_at is null)::int as open,
             max(i.resolved_at) as over_at
        from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
       where i.project_id = s.project_id and i.storm_id = s.id
    ) n
   where s.project_id = $1 and n.incidents > 0`;

/** Storms of a project, newest first. */
export async function findStorms(
  pool: Pool,
  projectId: string,
  { limit, after }: EventPage,
): Promise<StormRecord[]> {
  const rows = await pool.query<StormRecord>(
    `${STORM} and ($2::timestamptz is null or (s.opened_at, s.id) < ($2, $3::uuid))
      order by s.opened_at desc, s.id desc limit $4`,
    [projectId, after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}

/** One storm, or null. */
export async function findStorm(pool: Pool, { projectId, stormId }: StormRef): Promise<StormRecord | null> {
  const rows = await pool.query<StormRecord>(`${STORM} and s.id = $2`, [projectId, stormId]);
  return rows[0] ?? null;
}
