import type { Instant } from "./time.ts";
import { boundedCache } from "./bounded-cache.ts";
import { nextOfCron } from "./cron/next.ts";
import { type Cron, parseCron } from "./cron/parse.ts";
import { nextOfOnCalendar } from "./oncalendar/next.ts";
import { type OnCalendar, parseOnCalendar } from "./oncalendar/parse.ts";
import { ScheduleError } from "./schedule-error.ts";
import type { TimeZone } from "./timezones/time-zone.ts";
import { timeZoneOf } from "./timezones/timezones.ts";

/** One line of an expression, parsed. */
export type Line = { kind: "cron"; cron: Cron } | { kind: "oncalendar"; calendar: OnCalendar };

/** An expression of one or more lines, in one of the two dialects. */
export type Expression = { kind: "cron" | "oncalendar"; expression: string };

const PARSED_MAX = 5000;
const parsed = {
  cron: boundedCache(PARSED_MAX, (text) =>
    eachLine(text, (line): Line => ({ kind: "cron", cron: parseCron(line) })),
  ),
  oncalendar: boundedCache(PARSED_MAX, (text) =>
    eachLine(text, (line): Line => ({ kind: "oncalendar", calendar: parseOnCalendar(line) })),
  ),
};

/**
 * The lines of an expression; the last ones asked for are remembered.
 * @throws ScheduleError that names the line, where there are several
 */
export function linesOf({ kind, expression }: Expression): readonly Line[] {
  return parsed[kind](expression);
}

/** The zone that a line is read in: its own, else the check's. */
export function zoneOfLine(line: Line, timezone: string): TimeZone {
  return timeZoneOf((line.kind === "oncalendar" ? line.calendar.timezone : null) ?? timezone);
}

/** The first time of one line strictly later than `after`; null for never. */
export function nextOfLine(line: Line, zone: TimeZone, after: Instant): Instant | null {
  return line.kind === "cron"
    ? nextOfCron(line.cron, zone, after)
    : nextOfOnCalendar(line.calendar, zone, after);
}

function eachLine(text: string, parse: (line: string) => Line): readonly Line[] {
  const lines = text.split("\n");
  return lines.map((line, index) => {
    try {
      return parse(line);
    } catch (error) {
      if (lines.length === 1 || !(error instanceof ScheduleError)) throw error;
      throw new ScheduleError(`Line ${index + 1}: ${error.message}`);
    }
  });
}
