import type { DayRecord, SlotCounts } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { CheckRef } from "../checks/find-checks.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import type { Db, Pool } from "../database.ts";
import { flips, incidents, notices, outages, runs, slots } from "../schema/index.ts";

/** Where a page of events begins: after the event with this instant and id, back in time. */
export type EventPosition = { at: Date; id: string };
export type EventPage = { limit: number; after: EventPosition | null };

// With explicit table names: Drizzle leaves them out, and then "id" would be the delivery's own.
const CHANNELS = sql<number>`(select count(distinct d.channel_id)::int from deliveries d
  where d.project_id = flips.project_id and d.flip_id = flips.id)`;

/** Changes of status of a check, newest first. */
export async function listFlips(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select({ ...getTableColumns(flips), channels: CHANNELS })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        after === null
          ? undefined
          : sql`(${flips.at}, ${flips.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(flips.at), desc(flips.id))
    .limit(limit);
}

/** Incidents of a check, newest first. */
export async function listIncidents(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.projectId, projectId),
        eq(incidents.checkId, checkId),
        after === null
          ? undefined
          : sql`(${incidents.openedAt}, ${incidents.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(incidents.openedAt), desc(incidents.id))
    .limit(limit);
}

/** Notices of a check, newest first. */
export async function listNotices(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(notices)
    .where(
      and(
        eq(notices.projectId, projectId),
        eq(notices.checkId, checkId),
        after === null
          ? undefined
          : sql`(${notices.at}, ${notices.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(notices.at), desc(notices.id))
    .limit(limit);
}

/** Outages, newest first; only those that started before the instant `before`. */
export async function listOutages(db: Db, page: { limit: number; before: Date | null }) {
  return await db
    .select({
      startedAt: outages.startedAt,
      endedAt: outages.endedAt,
      cause: outages.cause,
      setBackMs: outages.setBackMs,
    })
    .from(outages)
    .where(page.before === null ? undefined : lt(outages.startedAt, page.before))
    .orderBy(desc(outages.startedAt))
    .limit(page.limit);
}

/** Runs of a check, newest first. */
export async function listRuns(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.projectId, projectId),
        eq(runs.checkId, checkId),
        after === null
          ? undefined
          : sql`(${runs.heardAt}, ${runs.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(runs.heardAt), desc(runs.id))
    .limit(limit);
}

/**
 * Slots of a check, newest first; only those due before the instant `before`. Each has its run, if it has one that is still
 * kept.
 */
export async function listSlots(
  db: Db,
  { projectId, checkId }: CheckRef,
  page: { limit: number; before: Date | null },
) {
  const rows = await db
    .select()
    .from(slots)
    .leftJoin(runs, eq(runs.id, slots.runId))
    .where(
      and(
        eq(slots.projectId, projectId),
        eq(slots.checkId, checkId),
        page.before === null ? undefined : lt(slots.dueAt, page.before),
      ),
    )
    .orderBy(desc(slots.dueAt))
    .limit(page.limit);
  return rows.map(({ slots: slot, runs: run }) => ({ ...slot, run }));
}

const SINCE_EDIT_MAX = 200;

/** The newest 200 runs of a check since its settings were last edited. */
export async function listRunsSinceEdit(
  db: Db,
  { projectId, checkId }: CheckRef,
): Promise<{ startedAt: Instant | null; endedAt: Instant | null }[]> {
  const edited = sql`coalesce((select max(${notices.at}) from ${notices}
    where ${notices.checkId} = ${checkId} and ${notices.notice} = 'edited'), '-infinity')`;
  const rows = await db
    .select({ startedAt: runs.startedAt, endedAt: runs.endedAt })
    .from(runs)
    .where(and(eq(runs.projectId, projectId), eq(runs.checkId, checkId), sql`${runs.heardAt} > ${edited}`))
    .orderBy(desc(runs.heardAt))
    .limit(SINCE_EDIT_MAX);
  return rows.map(({ startedAt, endedAt }) => ({
    startedAt: startedAt?.getTime() ?? null,
    endedAt: endedAt?.getTime() ?? null,
  }));
}

/** SQL: how many slots, under the alias `s`, had each outcome that counts. */
export const SLOT_COUNTS = `
  count(*) filter (where s.outcome in ('on-time', 'early'))::int as "onTime",
  count(*) filter (where s.outcome = 'late')::int as late,
  count(*) filter (where s.outcome = 'failed')::int as failed,
  count(*) filter (where s.outcome = 'missed')::int as missed`;

/** SQL: how many slots, under the alias `s`, were excluded, by reason. */
export const EXCLUDED_COUNTS = `
  count(*) filter (where s.outcome = 'excluded' and s.because = 'maintenance')::int as maintenance,
  count(*) filter (where s.outcome = 'excluded' and s.because is null)::int as outage`;

/** Counts a check's slots for each day since `from`, in the time zone; days without slots are left out. */
export async function countSlotsByDay(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  { from, timezone }: { from: Instant; timezone: string },
): Promise<DayRecord[]> {
  const rows = await pool.query<DayRecord>(
    `select to_char(s.due_at at time zone $4, 'YYYY-MM-DD') as day, ${SLOT_COUNTS},
            count(*) filter (where r.overlong)::int as overlong,
            count(*) filter (where s.outcome = 'excluded')::int as excluded,
            (avg(r.duration_ms) filter (where r.ended_at is not null))::float8 as "meanMs"
       from slots s left join runs r on r.id = s.run_id
      where s.project_id = $1 and s.check_id = $2 and s.due_at >= to_timestamp($3::float8 / 1000)
      group by 1 order by 1`,
    [projectId, checkId, from, timezone],
  );
  return [...rows];
}

/** Counts a check's slots by outcome in several spans that all end at `now`. `days`: the lengths of the spans. */
export async function countSlots(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  { now, days }: { now: Instant; days: readonly number[] },
): Promise<(SlotCounts & { days: number })[]> {
  const rows = await pool.query<SlotCounts & { days: number }>(
    `select span.days, ${SLOT_COUNTS}, ${EXCLUDED_COUNTS}
       from unnest($4::int[]) as span(days)
       left join slots s on s.project_id = $1 and s.check_id = $2 and s.due_at < to_timestamp($3::float8 / 1000)
            and s.due_at >= to_timestamp($3::float8 / 1000) - span.days * interval '1 day'
      group by span.days order by span.days`,
    [projectId, checkId, now, [...days]],
  );
  return [...rows];
}

/** The parts of a project's history that can be exported as a table. */
export const EXPORTS = ["runs", "slots", "incidents"] as const;
export type ExportKind = (typeof EXPORTS)[number];

/** One row of an export, by column. Instants are texts, ISO 8601 in UTC. */
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

/** The columns of each export, and the column by which it is ordered, which has an index. */
const LISTS: Record<ExportKind, { at: string; columns: string }> = {
  runs: {
    at: "heard_at",
    columns: `${iso("t.started_at")}, ${iso("t.ended_at")}, t.outcome, t.duration_ms::float8 as duration_ms, t.exit_status,
              t.overlong, t.host, t.metrics::text as metrics`,
  },
  slots: { at: "due_at", columns: `${iso("t.due_at")}, t.outcome, t.late_ms::float8 as late_ms, t.because` },
  incidents: {
    at: "opened_at",
    columns: `${iso("t.opened_at")}, ${iso("t.resolved_at")}, t.reason, ${iso("t.acknowledged_at")}, t.acknowledged_by`,
  },
};

/** Runs, slots or incidents of a span, ordered by check and time; at most `limit`. */
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
