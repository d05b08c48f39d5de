import type { Check, CheckSettings, CheckState, CoalescedPings, PingFilter } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { getTableColumns } from "drizzle-orm";

import { checks } from "../schema/index.ts";
import { epochMs } from "../sql-fragments.ts";

export type CheckRow = typeof checks.$inferSelect;

/** A check as it is stored. */
export type StoredCheck = {
  projectId: string;
  pingUuid: string;
  reading: PingFilter;
  check: Check;
  coalesced: CoalescedPings | null;
};

/** Columns that neither `fold` nor the reading of a ping needs. */
type Details =
  | "badgeUuid"
  | "name"
  | "slug"
  | "tags"
  | "description"
  | "severity"
  | "updatedAt"
  | "version"
  | "deletedAt"
  | "managedBy"
  | "declared"
  | "inactiveSchedule"
  | "wakeAt";

const DETAILS: Record<Details, true> = {
  badgeUuid: true,
  name: true,
  slug: true,
  tags: true,
  description: true,
  severity: true,
  updatedAt: true,
  version: true,
  deletedAt: true,
  managedBy: true,
  declared: true,
  inactiveSchedule: true,
  wakeAt: true,
};

/** The row that `STORED_CHECK` reads. Instants are epoch milliseconds, in which core counts. */
export type StoredCheckRow = {
  [Column in Exclude<keyof CheckRow, Details>]: CheckRow[Column] extends Date | null
    ? Exclude<CheckRow[Column], Date> | Instant
    : CheckRow[Column];
};

/** SQL: the columns of a check, named as in the schema, for `storedCheck`. */
export const STORED_CHECK = Object.entries(getTableColumns(checks))
  .filter(([key]) => !(key in DETAILS))
  .map(([key, { name, dataType }]) =>
    dataType === "date" ? `${epochMs(name)} as "${key}"` : `${name} as "${key}"`,
  )
  .join(", ");

/** The column of each field of a `PingFilter`, so that a new field without one does not compile. */
const PING_FILTER: Record<keyof PingFilter, string> = {
  methods: "methods",
  filterSubject: "filter_subject",
  filterBody: "filter_body",
  filterHttpBody: "filter_http_body",
  filterDefaultFail: "filter_default_fail",
  startKeywords: "start_keywords",
  successKeywords: "success_keywords",
  failureKeywords: "failure_keywords",
};

/** SQL: the columns of a check's `PingFilter`. */
export const PING_FILTER_COLUMNS = Object.entries(PING_FILTER)
  .map(([field, column]) => `${column} as "${field}"`)
  .join(", ");

export function storedCheck(row: StoredCheckRow): StoredCheck {
  const { projectId, pingUuid, coalesced } = row;
  return { projectId, pingUuid, coalesced, reading: pingReading(row), check: foldedCheck(row) };
}

/** The check that core folds, from a row that Drizzle read. */
export function toCheck(row: CheckRow): Check {
  return foldedCheck({
    ...row,
    createdAt: row.createdAt.getTime(),
    lastPingAt: row.lastPingAt?.getTime() ?? null,
    lastStartAt: row.lastStartAt?.getTime() ?? null,
    expectedAt: row.expectedAt?.getTime() ?? null,
    deadlineAt: row.deadlineAt?.getTime() ?? null,
  });
}

function foldedCheck(row: StoredCheckRow): Check {
  const { id, createdAt, maintenance } = row;
  const settings = { ...checkSettings(row), ...(maintenance !== null && { maintenance }) };
  return { id, createdAt, settings, state: checkState(row) };
}

/** The settings of a check that decide about its runs and deadlines. */
export function checkSettings(row: Omit<CheckSettings, "maintenance">): CheckSettings {
  return {
    schedule: row.schedule,
    graceSeconds: row.graceSeconds,
    manualResume: row.manualResume,
    earlyMarginSeconds: row.earlyMarginSeconds,
    jitterSeconds: row.jitterSeconds,
    maxRuntimeSeconds: row.maxRuntimeSeconds,
    minRuntimeSeconds: row.minRuntimeSeconds,
    progressExtends: row.progressExtends,
    overlap: row.overlap,
    hostDuplicates: row.hostDuplicates,
    outlierRuns: row.outlierRuns,
    metricLimits: row.metricLimits,
    tooOften: row.tooOften,
    tolerance: row.tolerance,
    recoverAfter: row.recoverAfter,
    alertBeforeFirstPing: row.alertBeforeFirstPing,
  };
}

function pingReading(row: PingFilter): PingFilter {
  const { methods, filterSubject, filterBody, filterHttpBody, filterDefaultFail } = row;
  const { startKeywords, successKeywords, failureKeywords } = row;
  const filters = { filterSubject, filterBody, filterHttpBody, filterDefaultFail };
  return { methods, ...filters, startKeywords, successKeywords, failureKeywords };
}

function checkState(row: CheckState): CheckState {
  return {
    status: row.status,
    deadlineSeq: row.deadlineSeq,
    pingCount: row.pingCount,
    lastPingAt: row.lastPingAt,
    lastStartAt: row.lastStartAt,
    lastDurationMs: row.lastDurationMs,
    expectedAt: row.expectedAt,
    deadlineAt: row.deadlineAt,
    memory: row.memory,
  };
}
