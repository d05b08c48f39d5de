import { HOUR_MS, SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextWall } from "./next-wall.ts";

// Further away than this no change moves a reading of the clock.
const NEAR_MS = 50 * HOUR_MS;

/** Moments: what the clock skips does not exist, what it repeats runs in both passes. */
export function nextElapsed(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let from = after;
  for (;;) {
    const offset = zone.offsetAt(from);
    const wall = nextWall(cron, from + offset);
    if (wall === null) return null;
    const instant = wall - offset;
    const change = zone.nextChange(from, Math.min(instant, from + NEAR_MS));
    if (change !== null) {
      if (isSelected(cron, change + zone.offsetAt(change))) return change;
      from = change;
    } else if (instant <= from + NEAR_MS) return instant;
    else if (zone.nextChange(instant - NEAR_MS, instant + NEAR_MS) === null) return zone.instantOf(wall, 0);
    // No reading before this one is a time of the line, so the changes in between are passed over.
    else from = Math.max(instant - NEAR_MS, from + HOUR_MS);
  }
}

function isSelected(cron: Cron, wall: WallTime): boolean {
  return nextWall(cron, wall - SECOND_MS) === wall;
}
