import { SECOND_MS, type Instant } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import { nextWall } from "../next-wall.ts";
import type { Cron } from "../cron.ts";

/**
 * The cron crate searches by the clock, leaves out what the clock skips, and gives the second pass of a repeated time right
 * after its first one: where several times repeat, those of the first pass that would follow go back, and are left out.
 */
export function* rustCronTimes(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  let last = after;
  let wall = nextWall(cron, zone.wallOf(after + SECOND_MS) - 1);
  for (; wall !== null; wall = nextWall(cron, wall)) {
    for (const pass of [0, 1] as const) {
      const instant = zone.instantOf(wall, pass);
      if (instant > last && zone.wallOf(instant) === wall) yield (last = instant);
    }
  }
}
