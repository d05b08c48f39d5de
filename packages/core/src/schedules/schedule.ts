import { SECOND_MS, type Instant } from "../time.ts";
import { boundedCache } from "./bounded-cache.ts";
import { nextOfCron } from "./cron/next.ts";
import { parseCron } from "./cron/parse.ts";
import { timeZoneOf } from "./timezones/timezones.ts";

/** When a job is due. Cron and OnCalendar may have several lines; the earliest wins. */
export type Schedule =
  | { kind: "interval"; everySeconds: number }
  | { kind: "cron"; expression: string; timezone: string }
  | { kind: "oncalendar"; expression: string; timezone: string };

const PARSED_MAX = 5000;
const parsedCron = boundedCache(PARSED_MAX, (expression) => expression.split("\n").map(parseCron));

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
    case "oncalendar":
      return null;
  }
}

function earliest(instants: (Instant | null)[]): Instant | null {
  let first: Instant | null = null;
  for (const instant of instants)
    if (instant !== null && (first === null || instant < first)) first = instant;
  return first;
}
