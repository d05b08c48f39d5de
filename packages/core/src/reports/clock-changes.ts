import { DAY_MS, forecastOf, type Instant, type Schedule } from "@overdue/schedules";

/** A clock change that skips, moves or repeats runs, and the checks that it affects. */
export type ClockChangeAhead = {
  at: Instant;
  timezone: string;
  /** such as "Sun 2026-03-29: clocks go forward from 02:00 to 03:00" */
  text: string;
  /** how many checks are affected; of the first few also what happens to their runs */
  total: number;
  first: readonly { checkId: string; name: string; effect: string }[];
};

const AHEAD_MS = 14 * DAY_MS;
const CHECKS_SHOWN_MAX = 20;

type ScheduledCheck = { id: string; name: string; schedule: Schedule };

/** The clock changes in the two weeks after `now` that affect runs of these checks, earliest first. */
export function clockChangesAhead(checks: readonly ScheduledCheck[], now: Instant): ClockChangeAhead[] {
  const changes = new Map<string, ClockChangeAhead>();
  for (const { id: checkId, name, schedule } of checks) {
    const change = forecastOf(schedule, now);
    if (change === null || change.at > now + AHEAD_MS) continue;
    const { at, timezone, text, effect } = change;
    const key = `${at} ${timezone}`;
    const { total = 0, first = [] } = changes.get(key) ?? {};
    const shown = first.length < CHECKS_SHOWN_MAX ? [...first, { checkId, name, effect }] : first;
    changes.set(key, { at, timezone, text, total: total + 1, first: shown });
  }
  return [...changes.values()].toSorted((one, other) => one.at - other.at || other.total - one.total);
}
