import { secondsInWords } from "../time/duration.ts";
import type { CheckSchedule } from "./check-queries.ts";

/** A schedule in one line: in words where they are short, else the expression as it was written, with its zone. */
export function scheduleText(schedule: CheckSchedule): string {
  switch (schedule.kind) {
    case "interval":
      return `Every ${singular(secondsInWords(schedule.everySeconds))}`;
    case "cron":
      return inZone(cronText(schedule.expression), schedule.timezone);
    case "oncalendar":
      return inZone(schedule.expression.split("\n").join(" · "), schedule.timezone);
  }
}

/** The zone in which a schedule is meant; the browser's where it has none. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" ? undefined : schedule.timezone;
}

const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/** The common crons in words; whatever is less common speaks for itself. */
function cronText(expression: string): string {
  const words = expression.trim().split(/\s+/);
  const [minute = "", hour = "", day, month, weekday = ""] = words;
  if (words.length !== 5 || day !== "*" || month !== "*") return asWritten(expression);
  const at = clock(hour, minute);
  if (at !== null) return onDays(at, weekday) ?? asWritten(expression);
  if (weekday !== "*" || hour !== "*") return asWritten(expression);
  if (minute === "*") return "Every minute";
  if (/^\*\/\d+$/.test(minute)) return `Every ${minute.slice(2)} minutes`;
  return /^\d+$/.test(minute) ? `Hourly at :${minute.padStart(2, "0")}` : asWritten(expression);
}

function clock(hour: string, minute: string): string | null {
  if (!/^\d{1,2}$/.test(hour) || !/^\d{1,2}$/.test(minute)) return null;
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function onDays(at: string, weekday: string): string | null {
  if (weekday === "*") return `Daily at ${at}`;
  if (weekday === "1-5") return `Weekdays at ${at}`;
  const day = /^[0-7]$/.test(weekday) ? DAYS[Number(weekday)] : undefined;
  return day === undefined ? null : `${day} at ${at}`;
}

function asWritten(expression: string): string {
  return expression.trim().split("\n").join(" · ");
}

function inZone(text: string, timezone: string): string {
  return `${text} (${timezone})`;
}

function singular(words: string): string {
  return words.replace(/^1 (\w+)$/, "$1");
}
