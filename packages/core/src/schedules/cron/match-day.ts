import { civilDateOf, type DayNumber, daysInMonth, weekdayOf } from "../civil.ts";
import type { Cron } from "./parse.ts";

/** Whether day of month and day of week allow this day; the month is not looked at. */
export function matchesDay(cron: Cron, dayNumber: DayNumber): boolean {
  const { year, month, day } = civilDateOf(dayNumber);
  const length = daysInMonth(year, month);
  const weekday = weekdayOf(dayNumber);
  const monthdayMatches =
    cron.days[day] === 1 ||
    (cron.lastDay && day === length) ||
    (cron.lastWorkday && day === lastWorkday(length, weekdayOf(dayNumber - day + length)));
  if (cron.daysMustAgree !== monthdayMatches) return monthdayMatches;
  return cron.weekdays[weekday] === 1 || cron.nthWeekdays.some((nth) => isNth(nth, weekday, { day, length }));
}

function lastWorkday(length: number, weekdayOfLast: number): number {
  if (weekdayOfLast === 0) return length - 2;
  return weekdayOfLast === 6 ? length - 1 : length;
}

function isNth(
  wanted: Cron["nthWeekdays"][number],
  weekday: number,
  { day, length }: { day: number; length: number },
): boolean {
  if (wanted.weekday !== weekday) return false;
  return wanted.nth === 0 ? day + 7 > length : wanted.nth === Math.ceil(day / 7);
}
