import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, timeZoneOf } from "@overdue/schedules";

/** For how long a person wants to hear nothing of an incident. */
export type Snooze = "30m" | "2h" | "tomorrow" | "recovery";

const MORNING_MS = 9 * HOUR_MS;

/** Until when; tomorrow is 9:00 by the clock of the zone, `recovery` is Infinity. @throws ScheduleError for no zone */
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
