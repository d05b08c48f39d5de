import { checkNameSql } from "../checks/check-name-sql.ts";
import type { Report, Span } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";

type Open = Report["open"]["first"][number];
type Broken = Report["broken"]["first"][number];

/** More than this at once is a catastrophe that needs no report to be seen. */
const OPEN_MAX = 10_000;

/** Incidents that are open now, the oldest first. */
export async function loadOpen(db: Db | Tx, projectId: string): Promise<Open[]> {
  const rows = await db.execute<Open>(sql`
    select i.check_id as "checkId", ${sql.raw(checkNameSql("c"))} as name, i.reason, (extract(epoch from i.opened_at) * 1000)::float8 as "openedAt"
    from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
    where i.project_id = ${projectId} and i.resolved_at is null order by i.opened_at limit ${OPEN_MAX}`);
  return rows;
}

/** Channels that nothing is sent to until somebody mends them. */
export async function loadBroken(db: Db | Tx, projectId: string): Promise<Broken[]> {
  const rows = await db.execute<Broken>(sql`
    select id, name, (extract(epoch from broken_at) * 1000)::float8 as "brokenAt",
      coalesce(broken_because, '') as because
    from channels
    where project_id = ${projectId} and broken_at is not null and deleted_at is null and not internal
    order by broken_at, id`);
  return rows;
}

/** When Overdue itself could not hear. */
export async function loadOutages(db: Db | Tx, { from, until }: Span): Promise<Span[]> {
  const rows = await db.execute<Span>(sql`
    select (extract(epoch from started_at) * 1000)::float8 as "from",
      (extract(epoch from coalesce(ended_at, clock_timestamp())) * 1000)::float8 as until
    from outages
    where started_at < to_timestamp(${until / 1000}) and coalesce(ended_at, clock_timestamp()) > to_timestamp(${from / 1000})
    order by started_at`);
  return rows;
}
