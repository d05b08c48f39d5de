import { daysInMonth, dayNumberOf, weekdayOf } from "../civil.ts";
import type { Cron } from "./cron.ts";
import type { DayRule } from "./rules.ts";

/** A month: its number of days, the weekday of its first (0 is Sunday), and the number of days of the month before. */
type Month = { length: number; firstWeekday: number; lengthBefore: number };

/** The first day of this month, not before `day`, that the day-of-month and weekday fields allow; null if there is none. */
export function dayInMonth(
  cron: Cron,
  { year, month, day: from }: { year: number; month: number; day: number },
): number | null {
  const shape = {
    length: daysInMonth(year, month),
    firstWeekday: weekdayOf(dayNumberOf(year, month, 1)),
    lengthBefore: daysInMonth(year, month === 1 ? 12 : month - 1),
  };
  const days = hasDayWords(cron) ? withDayWords(cron, shape) : cron.days;
  const hasNth = cron.nthWeekdays.length > 0;
  const isWeekday = (day: number) => {
    const weekday = (shape.firstWeekday + day - 1) % 7;
    return cron.weekdays[weekday] === 1 || (hasNth && isNth(cron, weekday, { day, length: shape.length }));
  };
  for (let day = from; day <= shape.length; day++) {
    const isMonthday = days[day] === 1;
    if (cron.daysMustAgree ? isMonthday && isWeekday(day) : isMonthday || isWeekday(day)) return day;
  }
  return null;
}

function hasDayWords({ daysFromEnd, nearWorkdays, lastWorkday }: Cron): boolean {
  return lastWorkday || daysFromEnd.length > 0 || nearWorkdays.length > 0;
}

function withDayWords(cron: Cron, month: Month): Uint8Array {
  const days = cron.days.slice();
  for (const distance of cron.daysFromEnd) if (distance < month.length) days[month.length - distance] = 1;
  for (const wanted of cron.nearWorkdays)
    for (const day of nearWorkdays(wanted, month, cron.rules.days.nearWorkday)) days[day] = 1;
  if (cron.lastWorkday && cron.rules.days.nearWorkday === "as PHP counts")
    for (const day of phpWorkday(0, month)) days[day] = 1;
  else if (cron.lastWorkday) days[lastWorkday(month)] = 1;
  return days;
}

function lastWorkday({ length, firstWeekday }: Month): number {
  const weekday = (firstWeekday + length - 1) % 7;
  if (weekday === 0) return length - 2;
  return weekday === 6 ? length - 1 : length;
}

/** The days of this month on which `wanted` W falls: the day itself, the Friday before a Saturday or the Monday after a Sunday. */
function nearWorkdays(wanted: number, month: Month, rule: DayRule["nearWorkday"]): number[] {
  const { length, firstWeekday } = month;
  if (rule === "may leave month") return workdaysFor(wanted, month);
  if (rule === "as PHP counts") return phpWorkday(wanted, month);
  if (wanted > length) return rule === "at month's end" ? [lastWorkday(month)] : [];
  const weekday = (firstWeekday + wanted - 1) % 7;
  if (weekday === 6) return [wanted === 1 ? 3 : wanted - 1];
  if (weekday !== 0) return [wanted];
  if (wanted < length) return [wanted + 1];
  return rule === "not after month" ? [] : [wanted - 2];
}

/** The days of this month on which `wanted` W falls, also if the wanted day is the last of the month before or the first after. */
function workdaysFor(wanted: number, { length, firstWeekday, lengthBefore }: Month): number[] {
  const found: number[] = [];
  for (let day = 1; day <= length; day++) {
    const weekday = (firstWeekday + day - 1) % 7;
    const isWorkday = weekday !== 0 && weekday !== 6;
    const dayAfter = day === length ? 1 : day + 1;
    const dayBefore = day === 1 ? lengthBefore : day - 1;
    const isFridayBefore = weekday === 5 && dayAfter === wanted;
    const isMondayAfter = weekday === 1 && dayBefore === wanted;
    if ((day === wanted && isWorkday) || isFridayBefore || isMondayAfter) found.push(day);
  }
  return found;
}

/** In PHP, day 31 of a shorter month is one of the first days of the next, and day 0 (LW) the last day of the month before. */
function phpWorkday(wanted: number, { length, firstWeekday, lengthBefore }: Month): number[] {
  const weekdayAt = (day: number) => (((firstWeekday + day - 1) % 7) + 7) % 7;
  const isWorkday = (day: number) => weekdayAt(day) % 6 !== 0;
  if (isWorkday(wanted)) return [wanted === 0 ? lengthBefore : wanted > length ? wanted - length : wanted];
  const near = [-1, 1, -2, 2]
    .map((step) => wanted + step)
    .find((day) => day > 0 && day <= length && isWorkday(day));
  return near === undefined ? [] : [near];
}

function isNth(cron: Cron, weekday: number, { day, length }: { day: number; length: number }): boolean {
  return cron.nthWeekdays.some((wanted) => {
    if (wanted.weekday !== weekday) return false;
    return wanted.nth > 0
      ? wanted.nth === Math.ceil(day / 7)
      : -wanted.nth === Math.ceil((length - day + 1) / 7);
  });
}
