import { type Instant, SECOND_MS } from "@overdue/schedules";
import type { Status } from "../checks/check.ts";
import { maintenanceAt, type MaintenanceWindow } from "../maintenance/window.ts";

/** What a visitor is shown of a check, of a group, and of a whole page. `unknown`: nobody watches it now. */
export type PublicState = "operational" | "degraded" | "down" | "maintenance" | "unknown";

/** How a check is, as stored. `expectedAt`: when its next ping is due; null where none is awaited. */
export type CheckNow = {
  status: Status;
  expectedAt: Instant | null;
  jitterSeconds: number;
  maintenance: readonly MaintenanceWindow[];
};

/**
 * Decides how a check is for visitors. In a maintenance window nobody should be alarmed, whatever the check is. A ping
 * that is late and within its grace makes it degraded, and so does an update of the operator that is not resolved: the
 * operator may know of a problem that no ping shows.
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
 * Sums up the states of several checks: down where all that are watched are down, degraded where any of them has problems,
 * maintenance where nothing worse is. `unknown` where none is watched.
 */
export function combinedState(states: readonly PublicState[]): PublicState {
  const watched = states.filter((state) => state !== "unknown");
  if (watched.length === 0) return "unknown";
  if (watched.every((state) => state === "down")) return "down";
  if (watched.some((state) => state === "down" || state === "degraded")) return "degraded";
  return watched.includes("maintenance") ? "maintenance" : "operational";
}

/** How the slots of a span ended. */
type SlotSums = { onTime: number; late: number; failed: number; missed: number };

/** Share of the slots that were met, from 0 to 1; excluded ones count neither way. Null where none was due. */
export function shareMet(sums: readonly SlotSums[]): number | null {
  const met = sums.reduce((total, { onTime, late }) => total + onTime + late, 0);
  const due = sums.reduce((total, { failed, missed }) => total + failed + missed, met);
  return due === 0 ? null : met / due;
}

/** "99.98 %": two decimals, cut and not rounded, so that 100 % is said only of what never failed. */
export function shareText(share: number): string {
  return `${(Math.floor(share * 10_000 + 1e-9) / 100).toFixed(2).replace(/\.00$/, "")} %`;
}
