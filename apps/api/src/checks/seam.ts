import type { Check, CheckSettings, DisplayStatus, Instant } from "@overdue/core";

// Stands in until core has its own.
export function displayStatus(check: Check, now: Instant): DisplayStatus {
  const { status, expectedAt } = check.state;
  return status === "up" && expectedAt !== null && now > expectedAt ? "grace" : status;
}

export function newCheck(
  id: string,
  settings: CheckSettings,
  at: Instant,
): { check: Check; nextAt: Instant | null } {
  const state = {
    status: "new" as const,
    deadlineSeq: 0,
    pingCount: 0,
    lastPingAt: null,
    lastStartAt: null,
    lastDurationMs: null,
    expectedAt: null,
    deadlineAt: null,
    memory: { openRuns: [] },
  };
  return { check: { id, createdAt: at, settings, state }, nextAt: null };
}
