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
  /** what starts the job, by its id in `INTERVAL_SCHEDULERS`; not known where it is left out */
  scheduler?: string;
  setup?: Setup;
};

/**
 * How the scheduler is set up, as far as it is known: what is left out may be as in any of its measured set-ups. It
 * moves no due time.
 */
export type Setup = {
  /** the id of the set-up, which decides what is made up after an outage */
  missed?: string;
  /** up to how late that is made up, where the set-up has a limit to set, such as startingDeadlineSeconds */
  withinSeconds?: number;
  /** what becomes of the next run while one goes on */
  overlap?: OverlapRule;
};

export type CalendarSchedule = {
  kind: "cron" | "oncalendar";
  /** one or more lines, "\n" between them */
  expression: string;
  /** what reads the lines of a cron expression, by its id; Debian's cron where it is left out */
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

/**
 * How long a schedule without times of its own waits from one run to the next: an interval, or a line such as
 * `@every 90m`. Null for one of the calendar.
 */
export function everyMs(schedule: Schedule): number | null {
  if (schedule.kind === "interval") return schedule.everySeconds * SECOND_MS;
  if (schedule.kind !== "cron" || schedule.except !== undefined || !schedule.expression.includes("@every"))
    return null;
  const [line, ...others] = linesOf(schedule);
  return line?.kind === "cron" && others.length === 0 ? line.cron.every : null;
}

/**
 * How long after `dueAt` the job may run that is due then, in milliseconds, where its scheduler draws the time: Jenkins'
 * `H` without the name of the job, cronie's `~`. 0 for any other schedule.
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

/** Whether systemd itself gives up on a line of this schedule when it looks for the time after `after`. */
export function isDeadInSystemd(schedule: Schedule, after: Instant): boolean {
  if (schedule.kind !== "oncalendar") return false;
  return linesOf(schedule).some(
    (line) => line.kind === "oncalendar" && isDead(line.calendar, zoneOfLine(line, schedule.timezone), after),
  );
}

/** The first time of one line after `after`, read in `zone`, on a day that the schedule's exceptions leave. */
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
 * The times at which the job is due after `after`, as one run of its scheduler finds them: some remember where they began,
 * and so move what comes after a clock change, where `nextAfter` asks anew each time.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses, and where the scheduler itself fails to find a time
 */
export function* timesAfter(schedule: Schedule, after: Instant): Iterable<Instant> {
  const [line, ...others] =
    schedule.kind === "cron" && schedule.except === undefined ? linesOf(schedule) : [];
  if (schedule.kind !== "cron" || line?.kind !== "cron" || others.length > 0) {
    for (let at = nextAfter(schedule, after); at !== null; at = nextAfter(schedule, at)) yield at;
    return;
  }
  yield* timesOfCron(line.cron, zoneOfLine(line, schedule.timezone), after);
  if (line.cron.rules.raisesAtEnd)
    throw new ScheduleError(
      "The scheduler itself finds no next time of this line and fails: choose other days or hours.",
    );
}
