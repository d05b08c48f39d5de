import type { CheckSchedule } from "../check-queries.ts";
import type { PingTarget } from "./snippets.ts";

type Pinged = { pingUrl: string; slug: string; schedule: CheckSchedule };

/** What the snippets need of a check: where its schedule is no cron, the nearest cron that says the same. */
export function pingTarget({ pingUrl, slug, schedule }: Pinged, browserZone: string): PingTarget {
  return {
    pingUrl,
    slug: slug.replaceAll(/[^a-z0-9-]/g, "-") || "job",
    cron: cronOf(schedule),
    timezone: schedule.kind === "interval" ? browserZone : schedule.timezone,
  };
}

const NIGHTLY = "30 2 * * *";

function cronOf(schedule: CheckSchedule): string {
  switch (schedule.kind) {
    case "cron":
      return schedule.expression.split("\n")[0]?.trim() ?? NIGHTLY;
    case "oncalendar":
      return NIGHTLY;
    case "interval":
      return cronOfInterval(schedule.everySeconds / 60);
  }
}

function cronOfInterval(minutes: number): string {
  if (minutes === 1) return "* * * * *";
  if (minutes < 60 && 60 % minutes === 0) return `*/${minutes} * * * *`;
  if (minutes === 60) return "0 * * * *";
  if (minutes < 1_440 && 1_440 % minutes === 0 && minutes % 60 === 0) return `0 */${minutes / 60} * * *`;
  return minutes === 10_080 ? "30 2 * * 1" : NIGHTLY;
}
