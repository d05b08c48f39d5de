import type { CheckReliability, Span } from "@overdue/core";
import { sql } from "drizzle-orm";

import { checkNameSql } from "../checks/find-checks.ts";
import type { Db } from "../database.ts";
import { EXCLUDED_COUNTS, SLOT_COUNTS } from "../history/list-events.ts";
import { epochMs, Fragment } from "../sql-fragments.ts";
import { limitTime, unlessTimedOut } from "./find-report.ts";

export type StoredReliability = CheckReliability & { checkId: string; name: string; tags: string };

/**
 * What happened to each check of a project in a span, by name. Slots count by when they were due, runs by when they
 * ended, incidents by when they opened. @throws ReportTooLarge
 */
export async function readReliability(
  db: Db,
  { projectId, span }: { projectId: string; span: Span },
): Promise<StoredReliability[]> {
  const [from, until] = [
    sql`to_timestamp(${span.from / 1000}::float8)`,
    sql`to_timestamp(${span.until / 1000}::float8)`,
  ];
  return await unlessTimedOut(() =>
    db.transaction(async (tx) => {
      await limitTime(tx);
      // A subquery for each check reads a range of an index; a join of whole tables would read all that is kept.
      return await tx.execute<StoredReliability>(sql`
        select c.id as "checkId", ${checkNameSql("c")} as name, c.tags, slots.*, runs.*, incidents.*
        from checks c
        cross join lateral (
          select ${new Fragment(SLOT_COUNTS)}, ${new Fragment(EXCLUDED_COUNTS)}
          from slots s where s.check_id = c.id and s.due_at >= ${from} and s.due_at < ${until}
        ) slots
        cross join lateral (
          select count(*)::int as runs, round(avg(r.duration_ms))::float8 as "meanMs",
            max(r.duration_ms)::float8 as "longestMs"
          from runs r
          where r.check_id = c.id and r.heard_at >= ${from} and r.heard_at < ${until}
            and r.ended_at is not null and r.duration_ms is not null
        ) runs
        cross join lateral (
          select count(*)::int as downs,
            count(i.acknowledged_at)::int as acknowledged,
            round(avg(${epochMs("i.acknowledged_at - i.opened_at")})) as "acknowledgeMs",
            count(i.resolved_at)::int as recovered,
            round(avg(${epochMs("i.resolved_at - i.opened_at")})) as "recoverMs"
          from incidents i where i.check_id = c.id and i.opened_at >= ${from} and i.opened_at < ${until}
        ) incidents
        where c.project_id = ${projectId} and c.deleted_at is null
        order by 2, c.id`);
    }),
  );
}
