import type { Plan, PlanUsage } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { STATE_KINDS } from "../schema/delivery-lists.ts";

/** An organization with its plan, and what it has of what the plan counts. `people`: its members without open invitations. */
export type OrganizationUsage = {
  organizationId: string;
  organizationName: string;
  /** The name of the plan in the file. */
  planName: string;
  plan: Plan;
  usage: PlanUsage;
  people: number;
};

type Row = Plan & {
  organizationId: string;
  organizationName: string;
  planName: string;
  usedChecks: number;
  usedProjects: number;
  usedChannels: number;
  usedAlerts: number;
  people: number;
  invited: number;
};

/** SQL: the projects of the organization `o` that are not deleted. */
const PROJECTS = sql.raw(
  "select p.id from projects p where p.organization_id = o.organization_id and p.deleted_at is null",
);

/** SQL: the ids of all people of the organization `o`. */
const PEOPLE = sql`select m.user_id from organization_members m where m.organization_id = o.organization_id
  union select m.user_id from members m where m.project_id in (${PROJECTS})`;

/** SQL: the addresses that are invited to the organization `o`, and are of nobody in it. */
const INVITED = sql`select i.email from invitations i
  where i.ended_at is null and i.expires_at > now()
    and (i.organization_id = o.organization_id or i.project_id in (${PROJECTS}))
  except select u.email from users u where u.id in (${PEOPLE})`;

/** SQL: messages about the state of checks that were sent since the month began, in UTC. Several in one message count once. */
const ALERTS = sql`select count(*) from channels ch
  join deliveries d on d.channel_id = ch.id and d.created_at >= date_trunc('month', now(), 'UTC')
    and d.kind in ${STATE_KINDS} and d.state = 'sent' and d.leader_id is null
  where ch.project_id in (${PROJECTS})`;

/**
 * What organizations have; empty where there are no plans. Alerts are counted where the plan limits them, else they are 0.
 * @returns at most `limit` organizations, by id, from the one after `after`
 */
export async function listUsage(
  db: Db | Tx,
  { limit, after }: { limit: number; after: string | null },
): Promise<OrganizationUsage[]> {
  const from = after === null ? sql`true` : sql`organization_id > ${after}`;
  return await select(db, sql`${from} order by organization_id limit ${limit}`);
}

/** The same of one organization; null where there are no plans, or no such organization. */
export async function findUsage(db: Db | Tx, organizationId: string): Promise<OrganizationUsage | null> {
  const [found = null] = await select(db, sql`organization_id = ${organizationId}`);
  return found;
}

async function select(db: Db | Tx, which: SQL): Promise<OrganizationUsage[]> {
  const rows = await db.execute<Row>(sql`
    with o as materialized (select * from organization_plans where ${which})
    select o.organization_id as "organizationId", o.organization_name as "organizationName", o.name as "planName",
      o.title, o.way_out as "wayOut", o.checks, o.members, o.projects, o.channels,
      o.alerts_per_month as "alertsPerMonth", o.ping_log as "pingLog", o.retention_days as "retentionDays",
      o.body_bytes as "bodyBytes",
      (select count(*) from checks c where c.project_id in (${PROJECTS}) and c.deleted_at is null)::int as "usedChecks",
      (select count(*) from (${PROJECTS}) mine)::int as "usedProjects",
      (select count(*) from channels c where c.project_id in (${PROJECTS}) and c.deleted_at is null
        and not c.internal)::int as "usedChannels",
      (case when o.alerts_per_month is null then 0 else (${ALERTS}) end)::int as "usedAlerts",
      (select count(*) from (${PEOPLE}) them)::int as people,
      (select count(*) from (${INVITED}) them)::int as invited
    from o order by o.organization_id`);
  return rows.map(toUsage);
}

function toUsage(row: Row): OrganizationUsage {
  const { organizationId, organizationName, planName, people, invited } = row;
  const { usedChecks: checks, usedProjects: projects, usedChannels: channels, usedAlerts } = row;
  const { title, wayOut, pingLog, retentionDays, bodyBytes } = row;
  return {
    organizationId,
    organizationName,
    planName,
    people,
    plan: {
      title,
      wayOut,
      checks: row.checks,
      members: row.members,
      projects: row.projects,
      channels: row.channels,
      alertsPerMonth: row.alertsPerMonth,
      pingLog,
      retentionDays,
      bodyBytes,
    },
    usage: { checks, projects, channels, members: people + invited, alertsPerMonth: usedAlerts },
  };
}
