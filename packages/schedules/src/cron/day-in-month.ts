import { daysInMonth, dayNumberOf, weekdayOf } from "../civil.ts";
import type { Cron } from "./cron.ts";
import type { DayRule } from "./rules.ts";

/** A month: its number of days, the weekday of its first, and the number of days of the month before. */
type Month = { length: number; first: number; lengthBefore: number };

/** The first day from `from` on that this month's days of month and of week allow; null if it has none. */
export function dayInMonth(
  cron: Cron,
  { year, month, day: from }: { year: number; month: number; day: number },
): number | null {
  const shape = {
    length: daysInMonth(year, month),
    first: weekdayOf(dayNumberOf(year, month, 1)),
    lengthBefore: daysInMonth(year, month === 1 ? 12 : month - 1),
  };
  const days = hasDayWords(cron) ? withDayWords(cron, shape) : cron.days;
  const hasNth = cron.nthWeekdays.length > 0;
  for (let day = from; day <= shape.length; day++) {
    const isMonthday = days[day] === 1;
    if (isMonthday !== cron.daysMustAgree) {
      if (isMonthday) return day;
    } else {
      const weekday = (shape.first + day - 1) % 7;
      if (cron.weekdays[weekday] === 1 || (hasNth && isNth(cron, weekday, { day, length: shape.length })))
        return day;
    }
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

function lastWorkday({ length, first }: Month): number {
  const weekday = (first + length - 1) % 7;
  if (weekday === 0) return length - 2;
  return weekday === 6 ? length - 1 : length;
}

/** Saturday gives the Friday before, Sunday the Monday after: the days of this month that the wanted one stands for. */
function nearWorkdays(wanted: number, month: Month, rule: DayRule["nearWorkday"]): number[] {
  const { length, first } = month;
  if (rule === "may leave month") return workdaysFor(wanted, month);
  if (rule === "as PHP counts") return phpWorkday(wanted, month);
  if (wanted > length) return rule === "at month's end" ? [lastWorkday(month)] : [];
  const weekday = (first + wanted - 1) % 7;
  if (weekday === 6) return [wanted === 1 ? 3 : wanted - 1];
  if (weekday !== 0) return [wanted];
  if (wanted < length) return [wanted + 1];
  return rule === "not after month" ? [] : [wanted - 2];
}

/** Any working day that is the day wanted, a Friday before it or a Monday after it, over the ends of the month as well. */
function workdaysFor(wanted: number, { length, first, lengthBefore }: Month): number[] {
  const found: number[] = [];
  for (let day = 1; day <= length; day++) {
    const weekday = (first + day - 1) % 7;
    const isFriday = weekday === 5 && (day === length ? 1 : day + 1) === wanted;
    const isMonday = weekday === 1 && (day === 1 ? lengthBefore : day - 1) === wanted;
    if ((day === wanted && weekday % 6 !== 0) || isFriday || isMonday) found.push(day);
  }
  return found;
}

/** PHP runs over: day 31 of a shorter month is one of the first of the next, and day 0 (LW) the last of the month before. */
function phpWorkday(wanted: number, { length, first, lengthBefore }: Month): number[] {
  const weekdayAt = (day: number) => (((first + day - 1) % 7) + 7) % 7;
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
