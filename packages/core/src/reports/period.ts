import {
  civilDateOf,
  DAY_MS,
  dayNumberOf,
  HOUR_MS,
  type Instant,
  type TimeZone,
  timeZoneOf,
  weekdayOf,
} from "@overdue/schedules";

import type { Span } from "./spans.ts";

/** How often a report is sent. */
export type ReportEvery = "week" | "month";

/** The week or month that a report covers, half open, by the clock of its zone. `label`: "2026-W47" or "2026-11". */
export type Period = { every: ReportEvery; label: string; from: Instant; until: Instant; timezone: string };

const MORNING_MS = 9 * HOUR_MS;
const DAYS_TO_THURSDAY = 3;

/**
 * The newest period that was over by `now`. Weeks begin on Monday, months on their first day. @throws ScheduleError if there
 * is no such time zone
 */
export function lastPeriod(every: ReportEvery, now: Instant, timezone: string): Period {
  const zone = timeZoneOf(timezone);
  return periodUntil(every, startOf(every, dayIn(zone, now)), zone);
}

/** The period that ended where this one begins. */
export function periodBefore({ every, from, timezone }: Period): Period {
  return lastPeriod(every, from, timezone);
}

/** The period that begins where this one ends. */
export function periodAfter({ every, until, timezone }: Period): Period {
  const zone = timeZoneOf(timezone);
  return periodUntil(every, startAfter(every, startOf(every, dayIn(zone, until))), zone);
}

/**
 * The period with this label, such as "2026-W47" or "2026-11"; null if there is none. @throws ScheduleError if there is no
 * such time zone
 */
export function periodNamed(label: string, timezone: string): Period | null {
  const [, year = "", week, month] = /^(\d{4})-(?:W(\d{2})|(\d{2}))$/.exec(label) ?? [];
  const begin =
    week === undefined
      ? dayNumberOf(Number(year), Number(month ?? 1), 1)
      : startOf("week", dayNumberOf(Number(year), 1, 4)) + (Number(week) - 1) * 7;
  const every = week === undefined ? "month" : "week";
  const period = periodUntil(every, startAfter(every, begin), timeZoneOf(timezone));
  return period.label === label ? period : null;
}

/** When the next report after `after` is due: on Monday, or on the first of the month, at 9:00 by the zone's clock. */
export function nextReportAt(every: ReportEvery, after: Instant, timezone: string): Instant {
  const zone = timeZoneOf(timezone);
  let day = startOf(every, dayIn(zone, after));
  while (morningOf(zone, day) <= after) day = startAfter(every, day);
  return morningOf(zone, day);
}

/** The spans that can be asked for by name. */
export const NAMED_SPANS = ["24h", "7d", "30d", "90d", "this-month", "last-month"] as const;
export type NamedSpan = (typeof NAMED_SPANS)[number];

const SPAN_DAYS: Partial<Record<NamedSpan, number>> = { "24h": 1, "7d": 7, "30d": 30, "90d": 90 };

/**
 * The span with this name: days up to `now`, or a month by the clock of a zone. "this-month" ends at `now`. @throws
 * ScheduleError if there is no such time zone
 */
export function namedSpan(name: NamedSpan, now: Instant, timezone: string): Span {
  const days = SPAN_DAYS[name];
  if (days !== undefined) return { from: now - days * DAY_MS, until: now };
  const last = lastPeriod("month", now, timezone);
  return name === "last-month" ? { from: last.from, until: last.until } : { from: last.until, until: now };
}

/**
 * The span from one day to another by the clock of a zone, both included, such as "2026-11-01" and "2026-11-30".
 * @throws ScheduleError if there is no such time zone
 */
export function spanOfDays({ from, until }: { from: string; until: string }, timezone: string): Span {
  const zone = timeZoneOf(timezone);
  const startOfDay = (date: string, after: number) => {
    const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
    return zone.firstInstantAt((dayNumberOf(year, month, day) + after) * DAY_MS);
  };
  return { from: startOfDay(from, 0), until: startOfDay(until, 1) };
}

function periodUntil(every: ReportEvery, end: number, zone: TimeZone): Period {
  const begin = startOf(every, end - 1);
  return {
    every,
    label: labelOf(every, begin),
    from: zone.firstInstantAt(begin * DAY_MS),
    until: zone.firstInstantAt(end * DAY_MS),
    timezone: zone.name,
  };
}

function dayIn(zone: TimeZone, at: Instant): number {
  return Math.floor(zone.wallOf(at) / DAY_MS);
}

function morningOf(zone: TimeZone, day: number): Instant {
  return zone.firstInstantAt(day * DAY_MS + MORNING_MS);
}

/** The first day of the period that contains the day. Days are day numbers since 1970-01-01. */
function startOf(every: ReportEvery, day: number): number {
  return every === "week" ? day - ((weekdayOf(day) + 6) % 7) : day - civilDateOf(day).day + 1;
}

function startAfter(every: ReportEvery, start: number): number {
  if (every === "week") return start + 7;
  const { year, month } = civilDateOf(start);
  return month === 12 ? dayNumberOf(year + 1, 1, 1) : dayNumberOf(year, month + 1, 1);
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function labelOf(every: ReportEvery, begin: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  if (every === "month") {
    const { year, month } = civilDateOf(begin);
    return `${year}-${two(month)}`;
  }
  const { year } = civilDateOf(begin + DAYS_TO_THURSDAY);
  const firstWeek = startOf("week", dayNumberOf(year, 1, 4));
  return `${year}-W${two((begin - firstWeek) / 7 + 1)}`;
}
