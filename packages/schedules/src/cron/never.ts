import { daysInMonth } from "../civil.ts";
import { ScheduleError } from "../schedule-error.ts";
import type { Cron } from "./cron.ts";

const TITLES = ["minute", "hour", "day-of-month", "month", "day-of-week"];

/**
 * Says why a line that its scheduler takes never runs: a range that runs backwards selects nothing, and some days never
 * come.
 * @throws ScheduleError with the reason, where it is one of these
 */
export function refuseNeverLine(cron: Cron): void {
  const selections = [cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays];
  for (const [index, selected] of selections.entries()) {
    const range = /[A-Z0-9]+-[A-Z0-9]+/.exec(cron.fields[index] ?? "")?.[0];
    if (selected.includes(1) || range === undefined) continue;
    throw new ScheduleError(
      `The ${TITLES[index]} field has a range that runs backwards, “${range}”, which this scheduler takes and never runs: split it in two with a comma.`,
    );
  }
  refuseMissingDays(cron);
}

/**
 * Refuses a day that no month of the line has, unless the weekdays select days as well (`0 9 30 2 1` is each Monday in
 * February); a day that only some years lack is left to the search.
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
