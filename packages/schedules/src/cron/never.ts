import { ScheduleError } from "../schedule-error.ts";
import type { Cron } from "./cron.ts";
import { refuseMissingDays } from "./missing-days.ts";

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
