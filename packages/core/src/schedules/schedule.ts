import { SECOND_MS, type Instant } from "../time.ts";
import { boundedCache } from "./bounded-cache.ts";
import { nextOfCron } from "./cron/next.ts";
import { parseCron } from "./cron/parse.ts";
import { isDead, nextOfOnCalendar } from "./oncalendar/next.ts";
import { parseOnCalendar } from "./oncalendar/parse.ts";
import { timeZoneOf } from "./timezones/timezones.ts";

/** When a job is due. Cron and OnCalendar may have several lines; the earliest wins. */
export type Schedule =
  | { kind: "interval"; everySeconds: number }
  | { kind: "cron"; expression: string; timezone: string }
  | { kind: "oncalendar"; expression: string; timezone: string };

const PARSED_MAX = 5000;
const parsedCron = boundedCache(PARSED_MAX, (expression) => expression.split("\n").map(parseCron));
const parsedOnCalendar = boundedCache(PARSED_MAX, (expression) =>
  expression.split("\n").map(parseOnCalendar),
);

/**
 * The next time the job is due, strictly later than `after`; null if it never is again.
 * @throws ScheduleError for an expression that `ScheduleInput` refuses
 */
export function nextAfter(schedule: Schedule, after: Instant): Instant | null {
  switch (schedule.kind) {
    case "interval":
      return after + schedule.everySeconds * SECOND_MS;
    case "cron": {
      const zone = timeZoneOf(schedule.timezone);
      return earliest(parsedCron(schedule.expression).map((line) => nextOfCron(line, zone, after)));
    }
    case "oncalendar": {
      const zone = timeZoneOf(schedule.timezone);
      return earliest(
        parsedOnCalendar(schedule.expression).map((line) => nextOfOnCalendar(line, zone, after)),
      );
    }
  }
}

/** Whether systemd itself gives up on a line of this schedule when it looks for the time after `after`. */
export function isDeadInSystemd(schedule: Schedule, after: Instant): boolean {
  if (schedule.kind !== "oncalendar") return false;
  const zone = timeZoneOf(schedule.timezone);
  return parsedOnCalendar(schedule.expression).some((line) => isDead(line, zone, after));
}

function earliest(instants: (Instant | null)[]): Instant | null {
  let first: Instant | null = null;
  for (const instant of instants)
    if (instant !== null && (first === null || instant < first)) first = instant;
  return first;
}
