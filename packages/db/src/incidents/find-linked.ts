import { checkNameSql } from "../checks/check-name-sql.ts";
import type { Instant } from "@overdue/schedules";
import type { Pool } from "../database.ts";

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

/** The incident of a link, as long as the channel it was sent to is there; else null. */
export async function findLinkedIncident(
  pool: Pool,
  link: { incidentId: string; channelId: string },
): Promise<LinkedIncident | null> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const rows = await pool.query<LinkedIncident>(
    `select i.project_id as "projectId", p.timezone, h.name as "channelName", c.id as "checkId",
            ${checkNameSql("c")} as "checkName",
            ${ms("i.opened_at")} as "openedAt", ${ms("i.resolved_at")} as "resolvedAt",
            ${ms("i.acknowledged_at")} as "acknowledgedAt", i.acknowledged_by as "acknowledgedBy"
       from incidents i
       join projects p on p.id = i.project_id and p.deleted_at is null
       join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
       join channels h on h.project_id = i.project_id and h.id = $2 and h.deleted_at is null
      where i.id = $1`,
    [link.incidentId, link.channelId],
  );
  return rows[0] ?? null;
}
