import { type Instant, SECOND_MS } from "@overdue/schedules";
import type { Status } from "../checks/check.ts";
import { maintenanceAt, type MaintenanceWindow } from "../maintenance/window.ts";

/** The state that visitors see of a check, a group or a whole page. `unknown`: not monitored now (new or paused). */
export type PublicState = "operational" | "degraded" | "down" | "maintenance" | "unknown";

/** The stored state of a check. `expectedAt`: when its next ping is due; null if none is awaited. */
export type CheckNow = {
  status: Status;
  expectedAt: Instant | null;
  jitterSeconds: number;
  maintenance: readonly MaintenanceWindow[];
};

/**
 * Decides the state of a check for visitors. During maintenance nobody should be alarmed, whatever the check's status. A
 * ping that is late but within its grace makes it degraded, and so does an unresolved post of the operator, who may know of
 * a problem that no ping shows.
 */
export function entryState(check: CheckNow, { now, isAffected }: { now: Instant; isAffected: boolean }) {
  return maintenanceAt(check.maintenance, now) === null
    ? stateOutside(check, now, isAffected)
    : "maintenance";
}

function stateOutside(check: CheckNow, now: Instant, isAffected: boolean): PublicState {
  if (check.status === "down") return "down";
  if (isAffected || isLate(check, now)) return "degraded";
  return check.status === "up" ? "operational" : "unknown";
}

function isLate({ status, expectedAt, jitterSeconds }: CheckNow, now: Instant): boolean {
  return status === "up" && expectedAt !== null && now >= expectedAt + jitterSeconds * SECOND_MS;
}

/**
 * Sums up the states of several checks. Down: all monitored ones are down. Degraded: any of them has a problem.
 * Maintenance: nothing worse. `unknown`: none is monitored.
 */
export function combinedState(states: readonly PublicState[]): PublicState {
  const watched = states.filter((state) => state !== "unknown");
  if (watched.length === 0) return "unknown";
  if (watched.every((state) => state === "down")) return "down";
  if (watched.some((state) => state === "down" || state === "degraded")) return "degraded";
  return watched.includes("maintenance") ? "maintenance" : "operational";
}

/** How many slots of a span had each outcome. */
type SlotSums = { onTime: number; late: number; failed: number; missed: number };

/** The share of slots that were met, from 0 to 1; excluded ones count neither way. Null if none was due. */
export function shareMet(sums: readonly SlotSums[]): number | null {
  const met = sums.reduce((total, { onTime, late }) => total + onTime + late, 0);
  const due = sums.reduce((total, { failed, missed }) => total + failed + missed, met);
  return due === 0 ? null : met / due;
}
