import { sql } from "drizzle-orm";

import type { TestApi } from "./test-api.ts";

/** Tables that hold what belongs to a project. Members are left out: tests bring some in. */
const TABLES = [
  "checks",
  "channels",
  "check_channels",
  "routes",
  "people",
  "rotations",
  "deliveries",
  "api_keys",
  "pings",
  "runs",
  "slots",
  "flips",
  "audit_entries",
  "incidents",
  "incident_entries",
  "storms",
  "maintenance_windows",
  "maintenance_checks",
  "invitations",
  "status_pages",
  "status_page_entries",
  "status_posts",
  "status_updates",
  "status_subscribers",
  "status_mails",
];

/** All that a project holds, as hashes: the same text again if nothing in it has changed. */
export async function contentsOf({ db }: TestApi, projectId: string): Promise<string> {
  const hashes = TABLES.map(async (table) => {
    const rows = await db.execute(
      sql`select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as hash
            from ${sql.identifier(table)} t where project_id = ${projectId}`,
    );
    return `${table} ${String(rows[0]?.["hash"])}`;
  });
  const rows = await db.execute(sql`
    select md5(string_agg(concat(p::text, o::text), '')) as hash
    from projects p join organizations o on o.id = p.organization_id where p.id = ${projectId}`);
  return [...(await Promise.all(hashes)), `projects ${String(rows[0]?.["hash"])}`].join("\n");
}
