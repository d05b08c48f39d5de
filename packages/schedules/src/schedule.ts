import { timesOfCron } from "./cron/next.ts";
import { nextAllowed } from "./exceptions/allowed-days.ts";
import type { Exceptions } from "./exceptions/exceptions.ts";
import { latestOfLine, type Line, linesOf, nextOfLine, zoneOfLine } from "./lines.ts";
import type { OverlapRule } from "./policies/policy.ts";
import { isDead } from "./oncalendar/next.ts";
import { ScheduleError } from "./schedule-error.ts";
import { type Instant, SECOND_MS } from "./time.ts";
import type { TimeZone } from "./timezones/time-zone.ts";

/** When a job is due. Cron and OnCalendar may have several lines; the earliest wins. */
export type Schedule = IntervalSchedule | CalendarSchedule;

type IntervalSchedule = {
  kind: "interval";
  everySeconds: number;
  /** what starts the job, by its id in `INTERVAL_SCHEDULERS`; absent: unknown */
  scheduler?: string;
  setup?: Setup;
};

/**
 * How the scheduler is set up, as far as it is known. Fields that are left out may be as in any measured set-up. The set-up
 * changes no due time.
 */
export type Setup = {
  /** the id of the set-up, which decides which runs are made up after an outage */
  missed?: string;
  /** how late runs are made up at most, if the set-up has such a setting, for example startingDeadlineSeconds */
  withinSeconds?: number;
  /** what happens to the next run during another */
  overlap?: OverlapRule;
};

export type CalendarSchedule = {
  kind: "cron" | "oncalendar";
  /** one or more lines, separated by "\n" */
  expression: string;
  /** what reads the lines of a cron expression, by its id; absent: Debian's cron */
  scheduler?: string;
  setup?: Setup;
  /** the full name of the job, from which Jenkins computes the times of H */
  job?: string;
  timezone: string;
  except?: Exceptions;
};

/**
 * The next time the job is due, strictly later than `after`; null if it never is again.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses
 */
export function nextAfter(schedule: Schedule, after: Instant): Instant | null {
  if (schedule.kind === "interval") return after + schedule.everySeconds * SECOND_MS;
  let earliest: Instant | null = null;
  for (const line of linesOf(schedule)) {
    const next = nextOfScheduled(line, { schedule, zone: zoneOfLine(line, schedule.timezone) }, after);
    if (next !== null && (earliest === null || next < earliest)) earliest = next;
  }
  return earliest;
}

/** The time between runs of an interval, or of a line such as `@every 90m`; null: the schedule follows the calendar. */
export function everyMs(schedule: Schedule): number | null {
  if (schedule.kind === "interval") return schedule.everySeconds * SECOND_MS;
  if (schedule.kind !== "cron" || schedule.except !== undefined || !schedule.expression.includes("@every"))
    return null;
  const [line, ...others] = linesOf(schedule);
  return line?.kind === "cron" && others.length === 0 ? line.cron.every : null;
}

/**
 * How many milliseconds after `dueAt` the job that is due then may run, if its scheduler draws the time: Jenkins' `H` without the
 * name of the job, cronie's `~`. 0 for all other schedules.
 */
export function windowMs(schedule: Schedule, dueAt: Instant): number {
  if (!hasWindows(schedule)) return 0;
  let until = dueAt;
  for (const line of linesOf(schedule)) {
    const zone = zoneOfLine(line, schedule.timezone);
    if (nextOfScheduled(line, { schedule, zone }, dueAt - 1) === dueAt)
      until = Math.max(until, latestOfLine(line, zone, dueAt));
  }
  return until - dueAt;
}

/** Whether the scheduler draws the times of a line, so that each is due somewhere in a window. */
export function hasWindows(schedule: Schedule): schedule is CalendarSchedule {
  if (schedule.kind !== "cron" || schedule.scheduler === undefined) return false;
  return linesOf(schedule).some((line) => line.kind === "cron" && line.cron.latest !== null);
}

/** Whether systemd itself gives up when it searches for the next time of a line after `after`. */
export function isDeadInSystemd(schedule: Schedule, after: Instant): boolean {
  if (schedule.kind !== "oncalendar") return false;
  return linesOf(schedule).some(
    (line) => line.kind === "oncalendar" && isDead(line.calendar, zoneOfLine(line, schedule.timezone), after),
  );
}

/** The first time of one line after `after`, in `zone`, on a day that the schedule's exceptions allow. */
export function nextOfScheduled(
  line: Line,
  { schedule, zone }: { schedule: CalendarSchedule; zone: TimeZone },
  after: Instant,
): Instant | null {
  if (schedule.except === undefined) return nextOfLine(line, zone, after);
  const next = (from: Instant) => nextOfLine(line, zone, from);
  return nextAllowed(next, { exceptions: schedule.except, zone })(after);
}

/**
 * The times at which the job is due after `after`, as one continuous run of its scheduler finds them. Some schedulers keep state
 * from one time to the next, which changes their times after a clock change; `nextAfter` starts anew each time.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses, and if the scheduler itself finds no further time
 */
export function* timesAfter(schedule: Schedule, after: Instant): Iterable<Instant> {
  const [line, ...others] =
    schedule.kind === "cron" && schedule.except === undefined ? linesOf(schedule) : [];
  if (schedule.kind !== "cron" || line?.kind !== "cron" || others.length > 0) {
    for (let at = nextAfter(schedule, after); at !== null; at = nextAfter(schedule, at)) yield at;
    return;
  }
  yield* timesOfCron(line.cron, zoneOfLine(line, schedule.timezone), after);
  if (line.cron.rules.failsWithoutNextTime)
    throw new ScheduleError(
      "The scheduler itself fails to find a next time for this line: choose other days or hours.",
    );
}
