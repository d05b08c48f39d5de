import { sql } from "drizzle-orm";

import type { Prune } from "../maintenance-jobs/prune.ts";

/** Audit entries older than 400 days; the table itself lets no younger one go. */
export const pruneAuditEntries: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from audit_entries where id in (
      select old.id from projects p
      cross join lateral (
        select e.id from audit_entries e
        where e.project_id = p.id and e.at < now() - interval '400 days' order by e.at limit ${limit}
      ) old limit ${limit})`);
  return count;
};
