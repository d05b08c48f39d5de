import type { Instant } from "@overdue/schedules";
import { lastSpanBy, maintenanceAt, type MaintenanceWindow } from "./window.ts";

// A deadline that comes out of one window into another goes on to its end; more in a row than this cover all time.
const WINDOWS_IN_A_ROW = 20;

/**
 * The end of `span`, from when something is due to its deadline, moved past the windows that touch it: to the
 * window's end plus the grace and, where that lies in a further window, to the end of that one.
 */
export function postponeForMaintenance(
  windows: readonly MaintenanceWindow[],
  span: { from: Instant; until: Instant },
  graceMs: number,
): Instant {
  let deadlineAt = span.until;
  for (const window of windows) {
    const touching = lastSpanBy(window, span.until, span.from);
    if (touching !== null) deadlineAt = Math.max(deadlineAt, touching.until + graceMs);
  }
  return outOfMaintenance(windows, deadlineAt);
}

/** The end of the window that holds `at`, and of the window that holds that; `at` itself outside of all. */
export function outOfMaintenance(windows: readonly MaintenanceWindow[], at: Instant): Instant {
  let outAt = at;
  for (let count = 0; count < WINDOWS_IN_A_ROW; count += 1) {
    const inside = maintenanceAt(windows, outAt);
    if (inside === null) break;
    outAt = inside.until;
  }
  return outAt;
}
