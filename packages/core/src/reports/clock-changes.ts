import { DAY_MS, forecastOf, type Instant, type Schedule } from "@overdue/schedules";

/** A clock change that skips, moves or doubles runs, with the checks whose runs those are. */
export type ClockChangeAhead = {
  at: Instant;
  timezone: string;
  /** such as "Sun 2026-03-29: clocks go forward from 02:00 to 03:00" */
  text: string;
  /** how many checks, and the first few of them with what becomes of their runs */
  total: number;
  first: readonly { checkId: string; name: string; effect: string }[];
};

const AHEAD_MS = 14 * DAY_MS;
const CHECKS_SHOWN = 20;

type ScheduledCheck = { id: string; name: string; schedule: Schedule };

/** The clock changes within two weeks of `now` that touch runs of these checks, in their order. */
export function clockChangesAhead(checks: readonly ScheduledCheck[], now: Instant): ClockChangeAhead[] {
  const changes = new Map<string, ClockChangeAhead>();
  for (const { id: checkId, name, schedule } of checks) {
    const change = forecastOf(schedule, now);
    if (change === null || change.at > now + AHEAD_MS) continue;
    const { at, timezone, text, effect } = change;
    const key = `${at} ${timezone}`;
    const { total = 0, first = [] } = changes.get(key) ?? {};
    const shown = first.length < CHECKS_SHOWN ? [...first, { checkId, name, effect }] : first;
    changes.set(key, { at, timezone, text, total: total + 1, first: shown });
  }
  return [...changes.values()].toSorted((one, other) => one.at - other.at || other.total - one.total);
}
