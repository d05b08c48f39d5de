import { SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { UTC } from "../timezones/timezones.ts";
import type { Cron } from "./parse.ts";
import { CronSearch } from "./search.ts";

/**
 * The first time of one cron line strictly later than `after`, by the rules of Debian's cron; null if
 * there is none within 50 years.
 */
export function nextOfCron(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  return cron.isFixedTime ? nextFixedTime(cron, zone, after) : nextMoment(cron, zone, after);
}

/** Wall times: one that the clock skips runs right after the gap, one that it repeats runs in the first pass. */
function nextFixedTime(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const search = new CronSearch(cron, UTC, zone.wallOf(wholeSecond(after)));
  while (search.next()) {
    const instant = zone.firstInstantAt(search.wall);
    if (instant > after) return instant;
  }
  return null;
}

/** Moments: what the clock skips does not exist, what it repeats runs in both passes. */
function nextMoment(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const search = new CronSearch(cron, zone, wholeSecond(after));
  while (search.next()) if (search.instant > after) return search.instant;
  return null;
}

function wholeSecond(instant: Instant): Instant {
  return Math.floor(instant / SECOND_MS) * SECOND_MS;
}
