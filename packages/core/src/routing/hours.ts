import {
  DAY_MS,
  dayNumberOf,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  timeZoneOf,
  weekdayOf,
} from "@overdue/schedules";
import type { Hours } from "./route.ts";

/** Whether a route may notify at an instant; if not, when its hours begin next. */
export type Opening = { open: true } | { open: false; beginsAt: Instant };

const ALWAYS: Opening = { open: true };
/** Every weekday comes within seven days; one day more for a span that began yesterday. */
const DAYS_AHEAD = 8;

/** Whether `at` lies in these hours, by the wall clock of their zone; null hours are always open. */
export function openingAt(hours: Hours | null, at: Instant): Opening {
  if (hours === null) return ALWAYS;
  const zone = timeZoneOf(hours.timezone);
  const today = Math.floor(zone.wallOf(at) / DAY_MS);
  for (let day = today - 1; day <= today + DAYS_AHEAD; day += 1) {
    if (!hours.weekdays.includes(isoWeekdayOf(day))) continue;
    const begin = zone.firstInstantAt(day * DAY_MS + timeOfDayMs(hours.from));
    if (begin > at) return { open: false, beginsAt: begin };
    if (at < zone.firstInstantAt(day * DAY_MS + endMs(hours))) return ALWAYS;
  }
  return ALWAYS; // No weekday is set. The input schema refuses that; to notify always is safer than never.
}

/** The first instant not before `at` at which these hours are open. */
export function nextOpen(hours: Hours | null, at: Instant): Instant {
  const opening = openingAt(hours, at);
  return opening.open ? at : opening.beginsAt;
}

/** "08:30" in milliseconds since midnight. */
export function timeOfDayMs(time: string): number {
  const [hour = "0", minute = "0"] = time.split(":");
  return Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS;
}

/** "2026-11-23" as a day number. */
export function dayOfDate(date: string): number {
  const [year = 1970, month = 1, day = 1] = date.split("-").map(Number);
  return dayNumberOf(year, month, day);
}

function endMs({ from, to }: Hours): number {
  const end = timeOfDayMs(to);
  return end > timeOfDayMs(from) ? end : end + DAY_MS;
}

/** 1 is Monday, 7 is Sunday. */
function isoWeekdayOf(day: number): number {
  return weekdayOf(day) || 7;
}
