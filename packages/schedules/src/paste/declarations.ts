import { ScheduleError } from "../schedule-error.ts";
import { readCrontab } from "./crontab.ts";
import type { Setup } from "../schedule.ts";
import { type Reading, reading, secondsOfSpan } from "./reading.ts";

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

type Assignment = { key: string; value: string };

/**
 * Reads a systemd timer, whole or in part: `OnCalendar=` lines, `RandomizedDelaySec=`, and, without a calendar,
 * `OnUnitActiveSec=` or `OnUnitInactiveSec=` as an interval.
 * @throws ScheduleError if the text has none of these
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
  if (calendars.length > 0) {
    const persistent = value("Persistent");
    // A whole unit without Persistent= is not persistent; for a single line this is unknown.
    const isKnown = persistent !== null || lines.includes("[Timer]");
    const missed = isTrue(persistent) ? "persistent" : "not-persistent";
    const runBy = isKnown ? timerRunBy("systemd-cron", missed) : null;
    return reading({ kind: "oncalendar", lines: calendars }, { ...more, runBy });
  }
  const active = value("OnUnitActiveSec");
  const every = active ?? value("OnUnitInactiveSec");
  const everySeconds = every === null ? null : secondsOfSpan(every);
  const runBy = timerRunBy("systemd-timer", active === null ? "unit-inactive" : "unit-active");
  if (everySeconds !== null) return reading({ kind: "interval", everySeconds }, { ...more, runBy });
  throw new ScheduleError(
    "This timer has neither OnCalendar= nor OnUnitActiveSec= with a time, so it does not say when the job runs again: paste such a line, or choose an interval.",
  );
}

function timerRunBy(scheduler: string, setupId: string): Reading["runBy"] {
  return { scheduler, what: "a systemd timer", setup: { missed: setupId } };
}

function isTrue(value: string | null): boolean {
  return value !== null && /^(?:1|yes|y|true|t|on)$/i.test(value);
}

/** Whether a text is a systemd timer, and not a crontab. */
export function isTimerUnit(text: string): boolean {
  return /^\s*(\[(Timer|Unit|Install)\]|On[A-Z]\w+\s*=)/m.test(text);
}

function assignmentIn(line: string): Assignment[] {
  const [, key = "", value = ""] = /^([A-Z]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
  return key === "" ? [] : [{ key, value }];
}

/** An empty `OnCalendar=` cancels those before it. */
function calendarsIn(assignments: readonly Assignment[]): string[] {
  const calendars = assignments.filter(({ key }) => key === "OnCalendar").map(({ value }) => value);
  return calendars.slice(calendars.lastIndexOf("") + 1);
}

const SCHEDULE = /^(?:-\s*)?(?:schedule|cron):\s*(["']?)([^"'#]+?)\1\s*(?:#.*)?$/;

/**
 * Reads the schedules in lines of YAML: `schedule:` and `timeZone:` of a Kubernetes CronJob, `- cron:` of a GitHub
 * workflow. Null: there are none.
 */
export function readYamlLines(lines: readonly string[], keepsEvery = false): Reading | null {
  const runBy = runByOf(lines);
  const schedules = lines.flatMap((line) => SCHEDULE.exec(line)?.[2] ?? []);
  const found =
    schedules.length === 0 ? null : readCrontab(schedules, keepsEvery || runBy?.scheduler === "kubernetes");
  if (found === null) return null;
  return {
    ...found,
    timezone: valueOf(lines, "timeZone") ?? found.timezone,
    name: valueOf(lines, "name"),
    runBy,
  };
}

function runByOf(lines: readonly string[]): Reading["runBy"] {
  if (lines.some((line) => /^(?:kind:\s*CronJob|jobTemplate:|concurrencyPolicy:|timeZone:)/.test(line)))
    return { scheduler: "kubernetes", what: "a Kubernetes CronJob", setup: setupOfCronJob(lines) };
  // Sidekiq-cron and GoodJob name the class of the job next to its line.
  const hasClass = valueOf(lines, "class") !== null && lines.some((line) => line.startsWith("cron:"));
  return hasClass ? { scheduler: "fugit", what: "a job of Sidekiq-cron or GoodJob" } : null;
}

const CONCURRENCY = { Allow: "parallel", Forbid: "one-at-the-end", Replace: "replaced" } as const;

/** What a CronJob says about missed and overlapping runs. In a whole CronJob, fields that are left out have their defaults. */
function setupOfCronJob(lines: readonly string[]): Setup {
  const isWhole = lines.some((line) => /^kind:\s*CronJob/.test(line));
  const concurrency = valueOf(lines, "concurrencyPolicy") ?? (isWhole ? "Allow" : "");
  const withinSeconds = Number(valueOf(lines, "startingDeadlineSeconds") ?? Number.NaN);
  const hasLimit = Number.isInteger(withinSeconds) && withinSeconds > 0;
  return {
    ...(hasLimit ? { missed: "deadline", withinSeconds } : isWhole && { missed: "no-deadline" }),
    ...(isConcurrency(concurrency) && { overlap: CONCURRENCY[concurrency] }),
  };
}

function isConcurrency(text: string): text is keyof typeof CONCURRENCY {
  return Object.hasOwn(CONCURRENCY, text);
}

function valueOf(lines: readonly string[], key: string): string | null {
  const line = lines.find((one) => one.startsWith(`${key}:`));
  return (
    line
      ?.slice(key.length + 1)
      .replace(/\s#.*$/, "")
      .trim()
      .replace(/^(["'])(.*)\1$/, "$2") || null
  );
}
