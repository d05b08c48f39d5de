import { SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextWall } from "./next-wall.ts";

/** Moments: what the clock skips does not exist, what it repeats runs in both passes. */
export function nextElapsed(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let from = after;
  for (;;) {
    const offset = zone.offsetAt(from);
    const wall = nextWall(cron, from + offset);
    if (wall === null) return null;
    const change = zone.nextChange(from, wall - offset);
    if (change === null) return wall - offset;
    from = change - SECOND_MS;
    const atChange = nextWall(cron, change + zone.offsetAt(change) - SECOND_MS);
    if (atChange === change + zone.offsetAt(change)) return change;
    from = change;
  }
}
