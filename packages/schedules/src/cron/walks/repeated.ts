import type { Instant } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import { nextWall } from "../next-wall.ts";
import type { Cron } from "../cron.ts";
import { nextElapsed } from "../moments.ts";

/**
 * Both passes of a repeat, found from the reading of the clock: asked from within the first pass at a time that is no
 * run, what the clock showed before is not looked at again.
 */
export function bothFromReading(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const reading = zone.wallOf(after);
  let next = nextElapsed(cron, zone, after);
  if (nextWall(cron, reading - 1) === reading) return next;
  while (next !== null && zone.wallOf(next) < reading) next = nextElapsed(cron, zone, next);
  return next;
}
