import {
  type CheckRecord,
  type MaintenanceWindow,
  maintenanceWithin,
  type Report,
  reportOf,
  type RunSums,
  type SlotSums,
  type Span,
  type Status,
  type CheckReliability,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql, type SQL } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { windowsByCheck } from "../maintenance/windows.ts";
import { epochMs, Fragment } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import { EXCLUDED_COUNTS, SLOT_COUNTS } from "../history/list-events.ts";

/** A project, a span, and the earlier span with which it is compared. */
export type ReportQuery = { projectId: string; span: Span; before: Span };

/** The report on a project's checks in a span. Open incidents, pauses and broken channels are those of now. */
export async function findReport(tx: Db | Tx, query: ReportQuery): Promise<Report> {
  const { projectId, span, before } = query;
  const both = { from: before.from, until: span.until };
  const records = await loadRecords(tx, query);
  const windowsOf = await windowsByCheck(tx, projectId);
  const planned = memoizeByWindows((windows: readonly MaintenanceWindow[]) =>
    maintenanceWithin(windows, both),
  );
  return reportOf({
    span,
    before,
    checks: records.map((record) => ({ ...record, maintenance: planned(windowsOf(record)) })),
    outages: await loadOutages(tx, both),
    open: await loadOpen(tx, projectId),
    broken: await loadBroken(tx, projectId),
  });
}

/** The report took longer to compute than `limitTime` allows. */
export class ReportTooLarge extends Error {}

/** A report for a person who waits for it. @throws ReportTooLarge */
export async function readReport(db: Db, query: ReportQuery): Promise<Report> {
  return await unlessTimedOut(() =>
    db.transaction(async (tx) => {
      await limitTime(tx);
      return await findReport(tx, query);
    }),
  );
}

/** Limits the statements of this transaction to 20 s, so that no alert has to wait for a report. */
export async function limitTime(tx: Tx): Promise<void> {
  await tx.execute(sql`set local statement_timeout = '20s'`);
}

/** Runs `make`. @throws ReportTooLarge if a statement took longer than `limitTime` allows */
export async function unlessTimedOut<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    const isTimeout = cause instanceof Error && Reflect.get(Object(cause.cause), "code") === TIMED_OUT;
    throw isTimeout ? new ReportTooLarge("The report took too long.", { cause }) : cause;
  }
}
/** PostgreSQL's query_canceled. */
const TIMED_OUT = "57014";

/** Whether the project has checks, so that there is something to report. */
export async function hasChecks(db: Db | Tx, projectId: string): Promise<boolean> {
  const rows = await db.execute(
    sql`select from checks where project_id = ${projectId} and deleted_at is null limit 1`,
  );
  return rows.length > 0;
}

/** Computes the spans of equal windows only once, since most checks of a project share their windows. */
function memoizeByWindows(compute: (windows: readonly MaintenanceWindow[]) => readonly Span[]) {
  const known = new Map<string, readonly Span[]>();
  return (windows: readonly MaintenanceWindow[]) => {
    const key = JSON.stringify(windows);
    const found = known.get(key) ?? compute(windows);
    known.set(key, found);
    return found;
  };
}

type Open = Report["open"]["first"][number];
type Broken = Report["broken"]["first"][number];

/** More open incidents than this need no report to be noticed. */
const OPEN_MAX = 10_000;

/** Incidents that are open now, oldest first. */
async function loadOpen(db: Db | Tx, projectId: string): Promise<Open[]> {
  const rows = await db.execute<Open>(sql`
    select i.check_id as "checkId", ${checkNameSql("c")} as name, i.reason, ${epochMs("i.opened_at")} as "openedAt"
    from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
    where i.project_id = ${projectId} and i.resolved_at is null order by i.opened_at limit ${OPEN_MAX}`);
  return rows;
}

/** Broken channels, to which no alerts are sent. */
async function loadBroken(db: Db | Tx, projectId: string): Promise<Broken[]> {
  const rows = await db.execute<Broken>(sql`
    select id, name, ${epochMs("broken_at")} as "brokenAt",
      coalesce(broken_because, '') as because
    from channels
    where project_id = ${projectId} and broken_at is not null and deleted_at is null and not internal
    order by broken_at, id`);
  return rows;
}

/** The outages that overlap a span. */
async function loadOutages(db: Db | Tx, { from, until }: Span): Promise<Span[]> {
  const rows = await db.execute<Span>(sql`
    select ${epochMs("started_at")} as "from",
      ${epochMs("coalesce(ended_at, clock_timestamp())")} as until
    from outages
    where started_at < to_timestamp(${until / 1000}) and coalesce(ended_at, clock_timestamp()) > to_timestamp(${from / 1000})
    order by started_at`);
  return rows;
}

/** A check with its counts from the database; core applies the maintenance windows to it. */
type StoredRecord = Omit<CheckRecord, "maintenance"> & { tags: string };

type Query = { projectId: string; span: Span; before: Span };
type CheckRow = Omit<StoredRecord, "line" | "slots" | "runs"> & {
  first: Status;
  changes: { at: Instant; to: Status }[];
};
/** Sums of a check in one of the two spans; `isNow`: in the later one. */
type Side<Sums> = Sums & { checkId: string; isNow: boolean };

/** Every check of a project with its sums in both spans. The database returns only sums, however many slots and runs there are. */
async function loadRecords(db: Db | Tx, query: Query): Promise<StoredRecord[]> {
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

/** Checks with their status line. The first status is the one before the first flip; without a flip it is the present one. */
async function loadChecks(db: Db | Tx, { projectId, before, span }: Query): Promise<CheckRow[]> {
  const rows = await db.execute<CheckRow>(sql`
    select c.id, ${checkNameSql("c")} as name, c.tags, c.status, ${epochMs("c.created_at")} as "createdAt",
      ${epochMs("c.last_ping_at")} as "lastPingAt", ${epochMs("paused.at")} as "pausedAt",
      coalesce(next.from_status, c.status) as first, coalesce(line.changes, '[]') as changes
    from checks c
    left join lateral (
      select f.from_status from flips f
      where f.check_id = c.id and f.at >= ${time(before.from)} order by f.at, f.deadline_seq limit 1
    ) next on true
    left join lateral (
      select json_agg(json_build_object('at', ${epochMs("f.at")}, 'to', f.to_status) order by f.at, f.deadline_seq)
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

/** SQL: whether an instant lies in one of the spans, or between them. */
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

function time(at: Instant): SQL {
  return sql`to_timestamp(${at / 1000}::float8)`;
}

export type StoredReliability = CheckReliability & { checkId: string; name: string; tags: string };

/**
 * Counts what happened to each check of a project in a span, ordered by name. Slots count by when they were due, runs by when
 * they ended, incidents by when they opened. @throws ReportTooLarge
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
      // A subquery for each check reads a range of an index; a join of whole tables would read all rows.
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
