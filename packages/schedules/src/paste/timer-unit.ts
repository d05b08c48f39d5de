import { ScheduleError } from "../schedule-error.ts";
import { type Reading, reading } from "./reading.ts";
import { secondsOfSpan } from "./spans.ts";

type Assignment = { key: string; value: string };

/**
 * Reads a systemd timer, whole or in part: `OnCalendar=` lines, `RandomizedDelaySec=`, and where there is no calendar
 * `OnUnitActiveSec=` and `OnUnitInactiveSec=` as an interval.
 * @throws ScheduleError where the text has none of these
 */
export function readTimerUnit(lines: readonly string[]): Reading {
  const assignments = lines.flatMap(assignmentIn);
  const value = (...keys: string[]) => assignments.findLast(({ key }) => keys.includes(key))?.value ?? null;
  const calendars = calendarsIn(assignments);
  const delay = value("RandomizedDelaySec");
  const unit = value("Unit")?.replace(/\.(service|timer)$/, "") ?? null;
  const more = {
    name: unit ?? value("Description"),
    jitterSeconds: delay === null ? null : secondsOfSpan(delay),
  };
  if (calendars.length > 0) return reading({ kind: "oncalendar", lines: calendars }, more);
  const every = value("OnUnitActiveSec", "OnUnitInactiveSec");
  const everySeconds = every === null ? null : secondsOfSpan(every);
  if (everySeconds !== null) return reading({ kind: "interval", everySeconds }, more);
  throw new ScheduleError(
    "This timer has neither OnCalendar= nor OnUnitActiveSec= with a time, so it does not say when the job runs again: paste such a line, or choose an interval.",
  );
}

/** Whether a text is a timer's, not a crontab's. */
export function isTimerUnit(text: string): boolean {
  return /^\s*(\[(Timer|Unit|Install)\]|On[A-Z]\w+\s*=)/m.test(text);
}

function assignmentIn(line: string): Assignment[] {
  const [, key = "", value = ""] = /^([A-Z]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
  return key === "" ? [] : [{ key, value }];
}

/** An empty `OnCalendar=` takes back those before it. */
function calendarsIn(assignments: readonly Assignment[]): string[] {
  const calendars = assignments.filter(({ key }) => key === "OnCalendar").map(({ value }) => value);
  return calendars.slice(calendars.lastIndexOf("") + 1);
}
