import type { Instant } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { naiveWalk, second } from "../instants.ts";
import { nextWall } from "../next-wall.ts";

const byReading = naiveWalk((wall, zone) =>
  zone.wallOf(second(wall, zone, 0)) === wall ? second(wall, zone, 0) : zone.instantOf(wall, 0),
);

/** Airflow: a line of every hour goes by the time between two readings of the clock, any other by readings. */
export function* airflowTimes(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  for (let at = next(cron, zone, after); at !== null; at = next(cron, zone, at)) yield at;
}

function next(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (!cron.isElapsed) return byReading(cron, zone, after);
  const reading = zone.wallOf(after);
  const wall = nextWall(cron, reading);
  return wall === null ? null : after + wall - reading;
}
