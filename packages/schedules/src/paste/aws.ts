import { ScheduleError } from "../schedule-error.ts";
import { type Reading, reading } from "./reading.ts";
import { secondsOfSpan } from "./spans.ts";

/**
 * Reads `cron(0 5 ? * MON-FRI *)` and `rate(5 minutes)` of Amazon EventBridge, whose weekdays count from Sunday = 1 and
 * whose last field is the year; null for anything else.
 * @throws ScheduleError for a year other than `*`
 */
export function readEventBridge(text: string): Reading | null {
  const rate = /^rate\(([^)]*)\)$/i.exec(text);
  const everySeconds = rate === null ? null : secondsOfSpan(rate[1] ?? "");
  if (everySeconds !== null) return reading({ kind: "interval", everySeconds });
  const cron = /^cron\(([^)]*)\)$/i.exec(text);
  const [minute = "", hour = "", day = "", month = "", weekday = "", year = "*"] =
    cron?.[1]?.trim().split(/\s+/) ?? [];
  if (weekday === "") return null;
  if (year !== "*")
    throw new ScheduleError(
      "This EventBridge line is for certain years only: leave out the year, or write *.",
    );
  const any = (field: string) => (field === "?" ? "*" : field);
  const line = [minute, hour, any(day), month, fromSunday(any(weekday))].join(" ");
  return reading(
    { kind: "cron", lines: [line] },
    { timezone: "UTC", notes: [`The EventBridge line, whose Sunday is 1, is ${line} in UTC.`] },
  );
}

function fromSunday(weekday: string): string {
  return weekday.replaceAll(
    /(^|[,-])(\d+)/g,
    (_, before: string, day: string) => `${before}${Number(day) - 1}`,
  );
}
