import { daysInMonth, dayNumberOf, weekdayOf } from "../civil.ts";
import { type Chain, selects, YEAR } from "./chain.ts";
import type { OnCalendar } from "./parse.ts";

/** The first year from `from` on in which a date fits the line, so that a search can skip the others. */
export function nextYearWithDate(line: OnCalendar, from: number): number {
  let year = from;
  while (year <= YEAR.max && !hasDate(line, year)) year++;
  return year;
}

function hasDate(line: OnCalendar, year: number): boolean {
  for (let month = 1; month <= 12; month++) {
    if (selects(line.months, month) && hasDateInMonth(line, year, month)) return true;
  }
  return false;
}

function hasDateInMonth(line: OnCalendar, year: number, month: number): boolean {
  const length = daysInMonth(year, month);
  const days = daysOfMonth(line, length);
  const first = dayNumberOf(year, month, 1);
  for (let day = 1; day <= length; day++) {
    if (selects(days, day) && selectsWeekday(line, first + day - 1)) return true;
  }
  return false;
}

/**
 * The days of the line in a month of this length. Counted from the end (`~1..3`), the ends of a range are swapped; the step still
 * counts up from the lower end, as in systemd.
 */
export function daysOfMonth(line: OnCalendar, length: number): Chain {
  if (!line.daysFromEnd || line.days === null) return line.days;
  return line.days.map(({ start, stop, repeat }) =>
    stop === null
      ? { start: length + 1 - start, stop, repeat }
      : { start: length + 1 - stop, stop: length + 1 - start, repeat },
  );
}

function selectsWeekday(line: OnCalendar, dayNumber: number): boolean {
  return line.weekdays === null || line.weekdays[(weekdayOf(dayNumber) + 6) % 7] === 1;
}
