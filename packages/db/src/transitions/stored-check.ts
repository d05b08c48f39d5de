import type { Instant } from "@overdue/schedules";
import type { Check, CheckSettings, CheckState, MaintenanceWindow, Pace, PingReading } from "@overdue/core";

/** A check as it was read under its lock. */
export type StoredCheck = {
  projectId: string;
  pingUuid: string;
  reading: PingReading;
  check: Check;
  pace: Pace | null;
};

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** What `storedCheck` reads. Instants come as epoch milliseconds, which is what core counts in. */
export const STORED_CHECK = `
  id, project_id, ping_uuid, ${ms("created_at")} as created_at,
  schedule, grace_seconds, manual_resume, early_margin_seconds, jitter_seconds, max_runtime_seconds,
  min_runtime_seconds, progress_extends, overlap, host_duplicates, unusual_runs, too_often, tolerance, recover_after,
  alert_before_first_ping, maintenance,
  methods, filter_subject, filter_body, filter_http_body, filter_default_fail, start_keywords, success_keywords,
  failure_keywords,
  status, deadline_seq, ping_count, ${ms("last_ping_at")} as last_ping_at, ${ms("last_start_at")} as last_start_at,
  last_duration_ms, ${ms("expected_at")} as expected_at, ${ms("deadline_at")} as deadline_at, memory, pace`;

export type StoredCheckRow = {
  id: string;
  project_id: string;
  ping_uuid: string;
  created_at: Instant;
  schedule: CheckSettings["schedule"];
  grace_seconds: number;
  manual_resume: boolean;
  early_margin_seconds: number;
  jitter_seconds: number;
  max_runtime_seconds: number | null;
  min_runtime_seconds: number | null;
  progress_extends: boolean;
  overlap: CheckSettings["overlap"];
  host_duplicates: CheckSettings["hostDuplicates"];
  unusual_runs: CheckSettings["unusualRuns"];
  too_often: CheckSettings["tooOften"];
  tolerance: CheckSettings["tolerance"];
  recover_after: number;
  alert_before_first_ping: boolean;
  maintenance: readonly MaintenanceWindow[] | null;
  methods: string;
  filter_subject: boolean;
  filter_body: boolean;
  filter_http_body: boolean;
  filter_default_fail: boolean;
  start_keywords: string;
  success_keywords: string;
  failure_keywords: string;
  status: CheckState["status"];
  deadline_seq: number;
  ping_count: number;
  last_ping_at: Instant | null;
  last_start_at: Instant | null;
  last_duration_ms: number | null;
  expected_at: Instant | null;
  deadline_at: Instant | null;
  memory: CheckState["memory"];
  pace: Pace | null;
};

export function storedCheck(row: StoredCheckRow): StoredCheck {
  return {
    projectId: row.project_id,
    pingUuid: row.ping_uuid,
    reading: readingOf(row),
    pace: row.pace,
    check: { id: row.id, createdAt: row.created_at, settings: settingsOf(row), state: stateOf(row) },
  };
}

export type ReadingRow = Pick<
  StoredCheckRow,
  | "methods"
  | "filter_subject"
  | "filter_body"
  | "filter_http_body"
  | "filter_default_fail"
  | "start_keywords"
  | "success_keywords"
  | "failure_keywords"
>;

export function readingOf(row: ReadingRow): PingReading {
  return {
    methods: row.methods,
    filterSubject: row.filter_subject,
    filterBody: row.filter_body,
    filterHttpBody: row.filter_http_body,
    filterDefaultFail: row.filter_default_fail,
    startKeywords: row.start_keywords,
    successKeywords: row.success_keywords,
    failureKeywords: row.failure_keywords,
  };
}

function settingsOf(row: StoredCheckRow): CheckSettings {
  return {
    schedule: row.schedule,
    graceSeconds: row.grace_seconds,
    manualResume: row.manual_resume,
    earlyMarginSeconds: row.early_margin_seconds,
    jitterSeconds: row.jitter_seconds,
    maxRuntimeSeconds: row.max_runtime_seconds,
    minRuntimeSeconds: row.min_runtime_seconds,
    progressExtends: row.progress_extends,
    overlap: row.overlap,
    hostDuplicates: row.host_duplicates,
    unusualRuns: row.unusual_runs,
    tooOften: row.too_often,
    tolerance: row.tolerance,
    recoverAfter: row.recover_after,
    alertBeforeFirstPing: row.alert_before_first_ping,
    ...(row.maintenance !== null && { maintenance: row.maintenance }),
  };
}

function stateOf(row: StoredCheckRow): CheckState {
  return {
    status: row.status,
    deadlineSeq: row.deadline_seq,
    pingCount: row.ping_count,
    lastPingAt: row.last_ping_at,
    lastStartAt: row.last_start_at,
    lastDurationMs: row.last_duration_ms,
    expectedAt: row.expected_at,
    deadlineAt: row.deadline_at,
    memory: row.memory,
  };
}
