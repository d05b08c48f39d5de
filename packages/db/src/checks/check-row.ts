import type { Check, CheckSettings } from "@overdue/core";

import type { checks } from "../schema/index.ts";

export type CheckRow = typeof checks.$inferSelect;

/** A stored check as `fold` knows it. */
export function checkOf(row: CheckRow): Check {
  return {
    id: row.id,
    createdAt: row.createdAt.getTime(),
    settings: { ...settingsOf(row), ...(row.maintenance !== null && { maintenance: row.maintenance }) },
    state: {
      status: row.status,
      deadlineSeq: row.deadlineSeq,
      pingCount: row.pingCount,
      lastPingAt: row.lastPingAt?.getTime() ?? null,
      lastStartAt: row.lastStartAt?.getTime() ?? null,
      lastDurationMs: row.lastDurationMs,
      expectedAt: row.expectedAt?.getTime() ?? null,
      deadlineAt: row.deadlineAt?.getTime() ?? null,
      memory: row.memory,
    },
  };
}

/** What a person decided about it. */
export function settingsOf(row: CheckRow): CheckSettings {
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
    unusualRuns: row.unusualRuns,
    tooOften: row.tooOften,
    tolerance: row.tolerance,
    recoverAfter: row.recoverAfter,
    alertBeforeFirstPing: row.alertBeforeFirstPing,
  };
}
