import type { CheckSchedule } from "./check-queries.ts";

/** The zone in which a schedule is meant; undefined where it has none, so that the browser's serves. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" ? undefined : schedule.timezone;
}
