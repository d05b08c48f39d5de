import {
  type Directory,
  type NotificationPreview,
  type Person,
  type PreviewedEvent,
  previewEvents,
  previewNotifications,
  type Reason,
  type Rotation,
  type Route,
  type RoutedCheck,
  type RoutingInput,
  type SentNotification,
  splitTags,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { Pool, PoolClient } from "../database.ts";
import { HAS_PROVIDER_INCIDENTS } from "../deliveries/fragments.ts";
import { OPENING_KINDS } from "../schema/delivery-lists.ts";
import { epochMs } from "../sql-fragments.ts";

/** A project's alert routes, and the channels, people and rotations that they name. */
type ProjectRouting = { routes: Route[]; directory: Directory };

/** An incident as core's planning of notifications takes it. */
export type RoutedIncident = Omit<RoutingInput, "routes" | "directory" | "dependsDown" | "now"> & {
  id: string;
  projectId: string;
  /** Nobody is notified of a deleted check. */
  isDeleted: boolean;
  /** The flip that opened it; null where it was pruned. */
  flipId: string | null;
};

const PROJECTS = `
select p.id,
  (select coalesce(json_agg(c.id), '[]') from channels c where c.project_id = p.id and c.deleted_at is null) as channels,
  (select coalesce(json_agg(c.id), '[]') from channels c where c.project_id = p.id and c.deleted_at is null
      and ${HAS_PROVIDER_INCIDENTS}) as incident_channels,
  (select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name, 'match', r.match, 'notifyOn', r.notify_on,
      'steps', r.steps, 'repeatMinutes', r.repeat_minutes, 'hours', r.hours, 'recovery', r.recovery)
      order by r.position, r.id), '[]') from routes r where r.project_id = p.id) as routes,
  (select coalesce(json_agg(json_build_object('id', n.id, 'name', n.name, 'channelIds', n.channel_ids)), '[]')
     from people n where n.project_id = p.id) as people,
  (select coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'timezone', o.timezone, 'every', o.every,
      'startsOn', o.starts_on, 'handOverAt', o.hand_over_at, 'personIds', o.person_ids, 'overrides', o.overrides)),
      '[]') from rotations o where o.project_id = p.id) as rotations
  from projects p where p.id = any($1::uuid[])`;

type ProjectRow = {
  id: string;
  channels: string[];
  incident_channels: string[];
  routes: Route[];
  people: Person[];
  rotations: Rotation[];
};

/** The routing of these projects, by id. */
export async function loadProjects(
  client: PoolClient,
  projectIds: readonly string[],
): Promise<Map<string, ProjectRouting>> {
  const rows = await client.query<ProjectRow>(PROJECTS, [[...new Set(projectIds)]]);
  return new Map(rows.map((row) => [row.id, toRouting(row)]));
}

function toRouting({ channels, incident_channels, routes, people, rotations }: ProjectRow): ProjectRouting {
  const directory = {
    channelIds: new Set(channels),
    incidentChannelIds: new Set(incident_channels),
    people: new Map(people.map((person) => [person.id, person])),
    rotations: new Map(rotations.map((rotation) => [rotation.id, rotation])),
  };
  return { routes, directory };
}

const CHECK = `c.tags, c.severity, array(select x.channel_id from check_channels x where x.check_id = c.id
  order by x.channel_id) as channel_ids`;

type CheckRow = { check_id: string; tags: string; severity: RoutedCheck["severity"]; channel_ids: string[] };

/** The fields of these checks by which routes select them, by id. */
export async function loadRoutedChecks(
  client: PoolClient,
  projectId: string,
  checkIds: readonly string[],
): Promise<Map<string, RoutedCheck>> {
  const rows = await client.query<CheckRow>(
    `select c.id as check_id, ${CHECK} from checks c
            where c.project_id = $1 and c.id = any($2::uuid[]) and c.deleted_at is null`,
    [projectId, [...new Set(checkIds)]],
  );
  return new Map(rows.map((row) => [row.check_id, toRoutedCheck(row)]));
}

const INCIDENTS = `
select i.id, i.project_id, i.check_id, i.reason, ${epochMs("i.opened_at")} as opened_at,
  ${epochMs("i.resolved_at")} as resolved_at, ${epochMs("i.acknowledged_at")} as acknowledged_at,
  case when isfinite(i.snoozed_until) then ${epochMs("i.snoozed_until")} end as snoozed_until,
  i.snoozed_until = 'infinity' as snoozed_for_good, c.deleted_at is not null as is_deleted,
  ${CHECK},
  (select f.id from flips f where f.check_id = i.check_id and f.deadline_seq = i.deadline_seq and f.to_status = 'down')
    as flip_id,
  (select coalesce(json_agg(json_build_object('channelId', d.channel_id, 'routeId', d.route_id,
      'at', ${epochMs("d.created_at")})), '[]')
     from deliveries d where d.incident_id = i.id and d.kind in ${OPENING_KINDS}) as sent
  from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id
 where i.id = any($1::uuid[])`;

type IncidentRow = CheckRow & {
  id: string;
  project_id: string;
  reason: RoutingInput["incident"]["reason"];
  opened_at: number;
  resolved_at: number | null;
  acknowledged_at: number | null;
  snoozed_until: number | null;
  snoozed_for_good: boolean | null;
  is_deleted: boolean;
  flip_id: string | null;
  sent: SentNotification[];
};

/** These incidents, with the notifications sent about them so far. */
export async function loadIncidents(client: PoolClient, ids: readonly string[]): Promise<RoutedIncident[]> {
  const rows = await client.query<IncidentRow>(INCIDENTS, [ids]);
  return rows.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    isDeleted: row.is_deleted,
    flipId: row.flip_id,
    incident: {
      reason: row.reason,
      openedAt: row.opened_at,
      resolvedAt: row.resolved_at,
      acknowledgedAt: row.acknowledged_at,
      snoozedUntil: row.snoozed_for_good === true ? Number.POSITIVE_INFINITY : row.snoozed_until,
    },
    check: toRoutedCheck(row),
    sent: row.sent,
  }));
}

function toRoutedCheck({ check_id, tags, severity, channel_ids }: CheckRow): RoutedCheck {
  return {
    id: check_id,
    tags: splitTags(tags),
    severity,
    channelIds: channel_ids,
  };
}

/** Who would be notified if this check went down at `at` for `reason`, and of its runs and notices; null if the project has no such check. */
export async function previewRecipients(
  pool: Pool,
  { projectId, checkId }: { projectId: string; checkId: string },
  { at, reason }: { at: Instant; reason: Reason },
): Promise<(NotificationPreview & { events: PreviewedEvent[] }) | null> {
  return await pool.use(async (client) => {
    const check = (await loadRoutedChecks(client, projectId, [checkId])).get(checkId);
    const routing = (await loadProjects(client, [projectId])).get(projectId);
    if (check === undefined || routing === undefined) return null;
    const input = { check, at, ...routing };
    return { ...previewNotifications({ ...input, reason }), events: previewEvents(input) };
  });
}
