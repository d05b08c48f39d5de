import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, timeZoneOf } from "@overdue/schedules";

/** For how long a person wants no notifications about an incident. */
export type Snooze = "30m" | "2h" | "tomorrow" | "recovery";

const MORNING_MS = 9 * HOUR_MS;

/**
 * When a snooze that begins at `at` ends. `tomorrow` is 9:00 in the time zone; `recovery` is Infinity. @throws
 * ScheduleError if there is no such time zone.
 */
export function snoozedUntil(snooze: Snooze, at: Instant, timezone: string): Instant {
  switch (snooze) {
    case "30m":
      return at + 30 * MINUTE_MS;
    case "2h":
      return at + 2 * HOUR_MS;
    case "tomorrow":
      return tomorrowMorning(at, timezone);
    case "recovery":
      return Infinity;
  }
}

function tomorrowMorning(at: Instant, timezone: string): Instant {
  const zone = timeZoneOf(timezone);
  const today = Math.floor(zone.wallOf(at) / DAY_MS);
  return zone.firstInstantAt((today + 1) * DAY_MS + MORNING_MS);
}
