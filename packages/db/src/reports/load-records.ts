import { checkNameSql } from "../checks/find-checks.ts";
import type { Instant } from "@overdue/schedules";
import type { CheckRecord, RunSums, SlotSums, Span, Status } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";

/** A check as the database sums it up; core applies the maintenance windows to it. */
type StoredRecord = Omit<CheckRecord, "maintenance"> & { tags: string };

type Query = { projectId: string; span: Span; before: Span };
type CheckRow = Omit<StoredRecord, "line" | "slots" | "runs"> & {
  first: Status;
  changes: { at: Instant; to: Status }[];
};
type Side<Sums> = Sums & { checkId: string; isNow: boolean };

/** Every check of a project with its sums: a row for each and side, whatever the number of slots and runs. */
export async function loadRecords(db: Db | Tx, query: Query): Promise<StoredRecord[]> {
  const checks = await loadChecks(db, query);
  const slots = bySide(await loadSlots(db, query), NO_SLOTS);
  const runs = bySide(await loadRuns(db, query), NO_RUNS);
  return checks.map(({ first, changes, ...check }) => ({
    ...check,
    line: { first, changes },
    slots: slots(check.id),
    runs: runs(check.id),
  }));
}

const NO_SLOTS: SlotSums = { onTime: 0, late: 0, missed: 0, failed: 0, excluded: 0, lateMostMs: null };
const NO_RUNS: RunSums = { meanMs: null, longestMs: null };

/** What a check was before a change is what that change says; without one it was what it is. */
async function loadChecks(db: Db | Tx, { projectId, before, span }: Query): Promise<CheckRow[]> {
  const rows = await db.execute<CheckRow>(sql`
    select c.id, ${sql.raw(checkNameSql("c"))} as name, c.tags, c.status, ${ms(sql`c.created_at`)} as "createdAt",
      ${ms(sql`c.last_ping_at`)} as "lastPingAt", ${ms(sql`paused.at`)} as "pausedAt",
      coalesce(next.from_status, c.status) as first, coalesce(line.changes, '[]') as changes
    from checks c
    left join lateral (
      select f.from_status from flips f
      where f.check_id = c.id and f.at >= ${time(before.from)} order by f.at, f.deadline_seq limit 1
    ) next on true
    left join lateral (
      select json_agg(json_build_object('at', ${ms(sql`f.at`)}, 'to', f.to_status) order by f.at, f.deadline_seq)
        as changes
      from flips f
      where f.check_id = c.id and f.at >= ${time(before.from)} and f.at < ${time(span.until)}
    ) line on true
    left join lateral (
      select f.at from flips f
      where c.status = 'paused' and f.check_id = c.id and f.to_status = 'paused' order by f.at desc limit 1
    ) paused on true
    where c.project_id = ${projectId} and c.deleted_at is null`);
  return rows;
}

async function loadSlots(db: Db | Tx, query: Query): Promise<Side<SlotSums>[]> {
  const rows = await db.execute<Side<SlotSums>>(sql`
    select s.check_id as "checkId", s.due_at >= ${time(query.span.from)} as "isNow",
      count(*) filter (where outcome in ('on-time', 'early'))::int as "onTime",
      count(*) filter (where outcome = 'late')::int as late,
      count(*) filter (where outcome = 'missed')::int as missed,
      count(*) filter (where outcome = 'failed')::int as failed,
      count(*) filter (where outcome = 'excluded')::int as "excluded",
      (max(late_ms) filter (where outcome = 'late'))::float8 as "lateMostMs"
    from checks c join slots s on s.check_id = c.id
    where c.project_id = ${query.projectId} and c.deleted_at is null and ${within(sql`s.due_at`, query)}
    group by 1, 2`);
  return rows;
}

async function loadRuns(db: Db | Tx, query: Query): Promise<Side<RunSums>[]> {
  const rows = await db.execute<Side<RunSums>>(sql`
    select r.check_id as "checkId", r.heard_at >= ${time(query.span.from)} as "isNow",
      avg(duration_ms)::float8 as "meanMs", max(duration_ms)::float8 as "longestMs"
    from checks c join runs r on r.check_id = c.id
    where c.project_id = ${query.projectId} and c.deleted_at is null and ${within(sql`r.heard_at`, query)}
      and r.duration_ms is not null and r.ended_at is not null
    group by 1, 2`);
  return rows;
}

/** Of both spans, and of what lies between them where they do not meet. */
function within(column: SQL, { before, span }: Query): SQL {
  return sql`${column} >= ${time(before.from)} and ${column} < ${time(span.until)}`;
}

function bySide<Sums>(rows: readonly Side<Sums>[], none: Sums) {
  const found = new Map<string, Sums>(rows.map((row) => [`${row.checkId} ${row.isNow}`, row]));
  return (checkId: string): { now: Sums; before: Sums } => ({
    now: found.get(`${checkId} true`) ?? none,
    before: found.get(`${checkId} false`) ?? none,
  });
}

function ms(column: SQL): SQL {
  return sql`(extract(epoch from ${column}) * 1000)::float8`;
}

function time(at: Instant): SQL {
  return sql`to_timestamp(${at / 1000}::float8)`;
}
