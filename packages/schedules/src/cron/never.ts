import { daysInMonth } from "../civil.ts";
import { ScheduleError } from "../schedule-error.ts";
import type { Cron } from "./cron.ts";

const TITLES = ["minute", "hour", "day-of-month", "month", "day-of-week"];

/**
 * Refuses some lines that their scheduler accepts but never runs: those with a range that runs backwards, which selects nothing,
 * and those with only days that never come.
 * @throws ScheduleError
 */
export function refuseNeverLine(cron: Cron): void {
  const selections = [cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays];
  for (const [index, selected] of selections.entries()) {
    const range = /[A-Z0-9]+-[A-Z0-9]+/.exec(cron.fields[index] ?? "")?.[0];
    if (selected.includes(1) || range === undefined) continue;
    throw new ScheduleError(
      `The ${TITLES[index]} field has a range that runs backwards, “${range}”, which this scheduler accepts but never runs: split it in two with a comma.`,
    );
  }
  refuseMissingDays(cron);
}

/**
 * Refuses a day that no month of the line ever has, such as 30 February, unless the weekdays select days too (`0 9 30 2 1` is
 * each Monday in February).
 * @throws ScheduleError
 */
export function refuseMissingDays(cron: Cron): void {
  if (!cron.daysMustAgree || cron.daysFromEnd.length > 0 || cron.lastWorkday || cron.nearWorkdays.length > 0)
    return;
  const smallest = cron.days.indexOf(1);
  const lengths = [...cron.months.keys()]
    .filter((month) => cron.months[month])
    .map((month) => daysInMonth(2000, month));
  if (lengths.length > 0 && smallest > Math.max(...lengths))
    throw new ScheduleError(
      `No month in this expression has a day ${smallest}, so it would never run: choose a smaller day-of-month.`,
    );
}
