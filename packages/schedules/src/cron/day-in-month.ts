import { daysInMonth, dayNumberOf, weekdayOf } from "../civil.ts";
import type { Cron } from "./parse.ts";

/** The first day from `from` on that this month's days of month and of week allow; null if it has none. */
export function dayInMonth(
  cron: Cron,
  { year, month, day: from }: { year: number; month: number; day: number },
): number | null {
  const length = daysInMonth(year, month);
  const weekdayOfFirst = weekdayOf(dayNumberOf(year, month, 1));
  const lastWorkday = cron.lastWorkday ? lastWorkdayOf(length, (weekdayOfFirst + length - 1) % 7) : 0;
  for (let day = from; day <= length; day++) {
    const isMonthday =
      cron.days[day] === 1 || (cron.lastDay && day === length) || (cron.lastWorkday && day === lastWorkday);
    if (isMonthday !== cron.daysMustAgree) {
      if (isMonthday) return day;
    } else if (isWeekday(cron, (weekdayOfFirst + day - 1) % 7, { day, length })) return day;
  }
  return null;
}

function lastWorkdayOf(length: number, weekdayOfLast: number): number {
  if (weekdayOfLast === 0) return length - 2;
  return weekdayOfLast === 6 ? length - 1 : length;
}

function isWeekday(cron: Cron, weekday: number, place: { day: number; length: number }): boolean {
  return cron.weekdays[weekday] === 1 || cron.nthWeekdays.some((wanted) => isNth(wanted, weekday, place));
}

function isNth(
  wanted: Cron["nthWeekdays"][number],
  weekday: number,
  { day, length }: { day: number; length: number },
): boolean {
  if (wanted.weekday !== weekday) return false;
  return wanted.nth === 0 ? day + 7 > length : wanted.nth === Math.ceil(day / 7);
}
