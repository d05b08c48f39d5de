import type { Instant } from "./time.ts";
import { boundedCache } from "./bounded-cache.ts";
import { nextOfCron } from "./cron/next.ts";
import type { Cron } from "./cron/cron.ts";
import { nextWall } from "./cron/next-wall.ts";
import { parseCron } from "./cron/parse.ts";
import { nextOfOnCalendar } from "./oncalendar/next.ts";
import { type OnCalendar, parseOnCalendar } from "./oncalendar/parse.ts";
import { ScheduleError } from "./schedule-error.ts";
import { DEFAULT_SCHEDULER, schedulerNamed } from "./schedulers/index.ts";
import type { TimeZone } from "./timezones/time-zone.ts";
import { timeZoneOf } from "./timezones/timezones.ts";

/** One line of an expression, parsed. */
export type Line = { kind: "cron"; cron: Cron } | { kind: "oncalendar"; calendar: OnCalendar };

/**
 * An expression of one or more lines. `scheduler`: which program reads cron lines; without it, Debian's cron. `job`: the name of
 * the job, on which the times of some lines depend.
 */
export type Expression = {
  kind: "cron" | "oncalendar";
  expression: string;
  scheduler?: string;
  job?: string;
};

const PARSED_MAX = 5000;
const SCHEDULERS_MAX = 100;
const BEFORE_JOB = "\0";
const cronLines = boundedCache(SCHEDULERS_MAX, (id: string) => {
  const { rules } = schedulerNamed(id);
  return boundedCache(PARSED_MAX, (text) => {
    const [expression = "", job] = text.split(BEFORE_JOB);
    return eachLine(expression, (line): Line => ({ kind: "cron", cron: parseCron(line, rules, job) }));
  });
});
const calendarLines = boundedCache(PARSED_MAX, (text) =>
  eachLine(text, (line): Line => ({ kind: "oncalendar", calendar: parseOnCalendar(line) })),
);

/**
 * The parsed lines of an expression. Recent results are cached.
 * @throws ScheduleError, which names the line if there are several
 */
export function linesOf({
  kind,
  expression,
  scheduler = DEFAULT_SCHEDULER,
  job,
}: Expression): readonly Line[] {
  if (kind === "oncalendar") return calendarLines(expression);
  return cronLines(scheduler)(job === undefined ? expression : `${expression}${BEFORE_JOB}${job}`);
}

/** Until when a line that is due at `dueAt` may run: later than `dueAt` if its scheduler draws the time. */
export function latestOfLine(line: Line, zone: TimeZone, dueAt: Instant): Instant {
  if (line.kind !== "cron" || line.cron.latest === null) return dueAt;
  const latest = nextOfCron(line.cron.latest, zone, dueAt - 1) ?? dueAt;
  const next = nextOfCron(line.cron, zone, dueAt);
  if (next === null || latest < next) return latest;
  // The clock skips the latest time of this window, and `latest` is that of the next window.
  const wall = nextWall(line.cron.latest, zone.wallOf(dueAt) - 1);
  return Math.max(dueAt, zone.instantOf(wall ?? zone.wallOf(dueAt), 1));
}

/** The zone of a line: its own, otherwise that of the check. */
export function zoneOfLine(line: Line, timezone: string): TimeZone {
  return timeZoneOf((line.kind === "oncalendar" ? line.calendar.timezone : line.cron.timezone) ?? timezone);
}

/** The first time of one line strictly later than `after`; null: never. */
export function nextOfLine(line: Line, zone: TimeZone, after: Instant): Instant | null {
  return line.kind === "cron"
    ? nextOfCron(line.cron, zone, after)
    : nextOfOnCalendar(line.calendar, zone, after);
}

function eachLine(text: string, parse: (line: string) => Line): readonly Line[] {
  return eachOf(text.split("\n"), parse);
}

/**
 * Reads each line.
 * @throws ScheduleError, which names the line if there are several
 */
export function eachOf<Result>(lines: readonly string[], read: (line: string) => Result): readonly Result[] {
  return lines.map((line, index) => {
    try {
      return read(line);
    } catch (error) {
      if (lines.length === 1 || !(error instanceof ScheduleError)) throw error;
      throw new ScheduleError(`Line ${index + 1}: ${error.message}`);
    }
  });
}
