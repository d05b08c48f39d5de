import { type MaintenanceWindow, maintenanceWithin, type Report, reportOf, type Span } from "@overdue/core";
import { sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { windowsByCheck } from "../maintenance/windows.ts";
import { loadRecords } from "./load-records.ts";
import { checkNameSql } from "../checks/find-checks.ts";

/** Which project, which span, and the one before it that it is compared with. */
export type ReportQuery = { projectId: string; span: Span; before: Span };

/** What became of a project's checks in a span. Open incidents, pauses and broken channels are shown as they are now. */
export async function findReport(tx: Db | Tx, query: ReportQuery): Promise<Report> {
  const { projectId, span, before } = query;
  const both = { from: before.from, until: span.until };
  const records = await loadRecords(tx, query);
  const windowsOf = await windowsByCheck(tx, projectId);
  const planned = rememberedBy(plannedIn(both));
  return reportOf({
    span,
    before,
    checks: records.map((record) => ({ ...record, maintenance: planned(windowsOf(record)) })),
    outages: await loadOutages(tx, both),
    open: await loadOpen(tx, projectId),
    broken: await loadBroken(tx, projectId),
  });
}

/** Summing it up took longer than anybody should wait. */
export class ReportTooLarge extends Error {}

/** A report for somebody who waits for it. @throws ReportTooLarge */
export async function readReport(db: Db, query: ReportQuery): Promise<Report> {
  return await unlessTimedOut(() =>
    db.transaction(async (tx) => {
      await limitTime(tx);
      return await findReport(tx, query);
    }),
  );
}

/** Nobody's alerts wait for a summary. */
export async function limitTime(tx: Tx): Promise<void> {
  await tx.execute(sql`set local statement_timeout = '20s'`);
}

/** @throws ReportTooLarge where a statement took longer than `limitTime` allows */
export async function unlessTimedOut<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    const isTimeout = cause instanceof Error && Reflect.get(Object(cause.cause), "code") === TIMED_OUT;
    throw isTimeout ? new ReportTooLarge("The report took too long.", { cause }) : cause;
  }
}
/** query_canceled */
const TIMED_OUT = "57014";

/** Whether the project has checks, so that there is something to report. */
export async function hasChecks(db: Db | Tx, projectId: string): Promise<boolean> {
  const rows = await db.execute(
    sql`select from checks where project_id = ${projectId} and deleted_at is null limit 1`,
  );
  return rows.length > 0;
}

function plannedIn(span: Span) {
  return (windows: readonly MaintenanceWindow[]) => maintenanceWithin(windows, span);
}

/** Most checks share their windows: a thousand with a nightly one ask for its times once. */
function rememberedBy(plannedOf: (windows: readonly MaintenanceWindow[]) => readonly Span[]) {
  const known = new Map<string, readonly Span[]>();
  return (windows: readonly MaintenanceWindow[]) => {
    const key = JSON.stringify(windows);
    const found = known.get(key) ?? plannedOf(windows);
    known.set(key, found);
    return found;
  };
}

type Open = Report["open"]["first"][number];
type Broken = Report["broken"]["first"][number];

/** More than this at once is a catastrophe that needs no report to be seen. */
const OPEN_MAX = 10_000;

/** Incidents that are open now, the oldest first. */
async function loadOpen(db: Db | Tx, projectId: string): Promise<Open[]> {
  const rows = await db.execute<Open>(sql`
    select i.check_id as "checkId", ${sql.raw(checkNameSql("c"))} as name, i.reason, (extract(epoch from i.opened_at) * 1000)::float8 as "openedAt"
    from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id and c.deleted_at is null
    where i.project_id = ${projectId} and i.resolved_at is null order by i.opened_at limit ${OPEN_MAX}`);
  return rows;
}

/** Channels that nothing is sent to until somebody mends them. */
async function loadBroken(db: Db | Tx, projectId: string): Promise<Broken[]> {
  const rows = await db.execute<Broken>(sql`
    select id, name, (extract(epoch from broken_at) * 1000)::float8 as "brokenAt",
      coalesce(broken_because, '') as because
    from channels
    where project_id = ${projectId} and broken_at is not null and deleted_at is null and not internal
    order by broken_at, id`);
  return rows;
}

/** When Overdue itself could not hear. */
async function loadOutages(db: Db | Tx, { from, until }: Span): Promise<Span[]> {
  const rows = await db.execute<Span>(sql`
    select (extract(epoch from started_at) * 1000)::float8 as "from",
      (extract(epoch from coalesce(ended_at, clock_timestamp())) * 1000)::float8 as until
    from outages
    where started_at < to_timestamp(${until / 1000}) and coalesce(ended_at, clock_timestamp()) > to_timestamp(${from / 1000})
    order by started_at`);
  return rows;
}
