import { type MaintenanceWindow, maintenanceWithin, type Report, reportOf, type Span } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { windowsByCheck } from "../maintenance/windows.ts";
import { loadBroken, loadOpen, loadOutages } from "./load-around.ts";
import { loadRecords } from "./load-records.ts";

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
