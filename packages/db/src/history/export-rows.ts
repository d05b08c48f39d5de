import type { Instant } from "@overdue/schedules";

import { checkNameSql } from "../checks/find-checks.ts";
import type { Pool } from "../database.ts";

/** What of a project's history can be taken along as a table. */
export const EXPORTS = ["runs", "slots", "incidents"] as const;
export type ExportKind = (typeof EXPORTS)[number];

/** A cell; instants are texts, ISO 8601 in UTC. */
export type ExportRow = Record<string, string | number | boolean | null>;

type Filter = {
  projectId: string;
  kind: ExportKind;
  /** Null: all checks of the project. */
  checkId: string | null;
  from: Instant;
  until: Instant;
};

const iso = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column.split(".")[1] ?? column}`;

/** By check and time, so that the index of each list is read. */
const LISTS: Record<ExportKind, { at: string; columns: string }> = {
  runs: {
    at: "heard_at",
    columns: `${iso("t.started_at")}, ${iso("t.ended_at")}, t.outcome, t.duration_ms::float8 as duration_ms, t.exit_status,
              t.overlong, t.host`,
  },
  slots: { at: "due_at", columns: `${iso("t.due_at")}, t.outcome, t.late_ms::float8 as late_ms, t.because` },
  incidents: {
    at: "opened_at",
    columns: `${iso("t.opened_at")}, ${iso("t.resolved_at")}, t.reason, ${iso("t.acknowledged_at")}, t.acknowledged_by`,
  },
};

/** Runs, slots or incidents of a span, check by check and in the order of time; at most `limit`. */
export async function exportRows(
  pool: Pool,
  { projectId, kind, checkId, from, until }: Filter,
  limit: number,
): Promise<ExportRow[]> {
  const { at, columns } = LISTS[kind];
  const rows = await pool.query<ExportRow>(
    `select ${checkNameSql("c")} as check_name, c.id as check_id, ${columns}
       from checks c join ${kind} t on t.check_id = c.id and t.project_id = c.project_id
        and t.${at} >= to_timestamp($3::float8 / 1000) and t.${at} < to_timestamp($4::float8 / 1000)
      where c.project_id = $1 and c.deleted_at is null and ($2::uuid is null or c.id = $2)
      order by 1, c.id, t.${at} limit $5`,
    [projectId, checkId, from, until, limit],
  );
  return [...rows];
}
