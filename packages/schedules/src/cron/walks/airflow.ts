import type { Instant } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { second } from "../instants.ts";
import { nextWall } from "../next-wall.ts";
import { naiveWalk } from "./naive.ts";

const byReading = naiveWalk((wall, zone) =>
  zone.wallOf(second(wall, zone, 0)) === wall ? second(wall, zone, 0) : zone.instantOf(wall, 0),
);

/** Airflow: a line with a star for its hour goes by the time between two readings of the clock, any other by readings. */
export function airflowWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (cron.fields[1] !== "*") return byReading(cron, zone, after);
  const reading = zone.wallOf(after);
  const next = nextWall(cron, reading);
  return next === null ? null : after + next - reading;
}
