import {
  DAY_MS,
  dayNumberOf,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  SECOND_MS,
  timeZoneOf,
} from "@overdue/schedules";

import type { Span } from "./spans.ts";

const EVENING_MS = 18 * HOUR_MS;
const MORNING_MS = 8 * HOUR_MS;

/**
 * The night before the day of `now` by the clock of a zone: from 18:00 to 8:00, or up to `now` while it lasts. @throws
 * ScheduleError if there is no such time zone
 */
export function lastNight(now: Instant, timezone: string): Span {
  const zone = timeZoneOf(timezone);
  const today = Math.floor(zone.wallOf(now) / DAY_MS) * DAY_MS;
  const from = zone.instantOf(today - DAY_MS + EVENING_MS, 0);
  return { from, until: Math.min(now, zone.instantOf(today + MORNING_MS, 0)) };
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * The instant that somebody wrote as the begin or end of a span, by the clock of a zone: "2026-11-30 22:00". A date alone is
 * the begin of that day, or its end. Of a reading that comes twice, the begin is the first and the end the second.
 * @returns null for anything else. @throws ScheduleError if there is no such time zone
 */
export function localInstant(text: string, edge: "from" | "until", timezone: string): Instant | null {
  const match = LOCAL.exec(text.trim());
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const isWholeDay = match[4] === undefined;
  const zone = timeZoneOf(timezone);
  const days = dayNumberOf(year, month, day) + (isWholeDay && edge === "until" ? 1 : 0);
  if (isWholeDay) return zone.firstInstantAt(days * DAY_MS);
  const wall = days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
  return zone.instantOf(wall, edge === "from" ? 0 : 1);
}
