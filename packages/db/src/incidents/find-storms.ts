import { checkNameSql } from "../checks/check-name-sql.ts";
import type { Instant } from "@overdue/schedules";
import type { Pool } from "../database.ts";

import type { EventPage } from "../history/page.ts";

/** Incidents that were announced together. */
export type StormRecord = {
  id: string;
  openedAt: Instant;
  /** When the last of its incidents ended; null while one is open. */
  overAt: Instant | null;
  /** "host db1", "tag prod", "address 203.0.113.7", "dependency" and a check's id; empty where no two share anything. */
  shared: string;
  /** The name of the check that they depend on; null where they share something else, or where it is gone. */
  dependencyName: string | null;
  incidents: number;
  open: number;
};
export type StormRef = { projectId: string; stormId: string };

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

// Incidents of deleted checks are left out of every list, and so of the counts.
const STORM = `
  select s.id, ${ms("s.opened_at")} as "openedAt", s.shared, n.incidents, n.open,
         case when n.open = 0 then ${ms("n.over_at")} end as "overAt",
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
