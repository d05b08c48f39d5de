import { MINUTE_MS, type Schedule, ScheduleReadingInput, SECOND_MS } from "@overdue/schedules";

import type { CheckSettings } from "../checks/settings.ts";
import { isRecord } from "../text/json.ts";
import { type Declaration, textOf } from "./dialect.ts";

/**
 * The `monitor_config` of a check-in as settings of a check; null if its schedule cannot be read: the check then keeps its
 * settings, as with Sentry. The older form, with `schedule_type` beside the schedule, is taken too.
 * Source: docs.sentry.io, “Crons”, and the check-ins that its SDKs send.
 */
export function declarationOf(config: Record<string, unknown>, sdk: string): Declaration | null {
  const schedule = scheduleOf(config, sdk);
  if (schedule === null) return null;
  const graceSeconds = secondsFromMinutes(config["checkin_margin"], GRACE_MINUTES);
  const maxRuntimeSeconds = secondsFromMinutes(config["max_runtime"], MAX_RUNTIME_MINUTES);
  const bad = count(config["failure_issue_threshold"]);
  const settings: Declaration["settings"] = {
    schedule,
    graceSeconds,
    maxRuntimeSeconds,
    recoverAfter: count(config["recovery_threshold"]),
    tolerance: bad === 1 ? null : { kind: "in-a-row", bad, tolerateMissed: true },
    // Each check-in of a run that goes on moves its limit, as with Sentry.
    progressExtends: true,
  };
  return { settings };
}

const GRACE_MINUTES = 1;
const MAX_RUNTIME_MINUTES = 30;
const MINUTES_MAX = 40_320;
const COUNT_MAX = 100;
const MINUTE_SECONDS = MINUTE_MS / SECOND_MS;

function secondsFromMinutes(value: unknown, usual: number): number {
  const given = Number(value ?? usual);
  const usable = Number.isFinite(given) ? given : usual;
  return Math.round(Math.min(MINUTES_MAX, Math.max(1, usable)) * MINUTE_SECONDS);
}

function count(value: unknown): CheckSettings["recoverAfter"] {
  const given = Math.round(Number(value ?? 1));
  return Number.isFinite(given) ? Math.min(COUNT_MAX, Math.max(1, given)) : 1;
}

const UNIT_SECONDS: Record<string, number> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

function scheduleOf(config: Record<string, unknown>, sdk: string): Schedule | null {
  const named = config["schedule"];
  const old = { type: config["schedule_type"], value: named };
  const { type, value, unit } = isRecord(named) ? named : (old as Record<string, unknown>);
  if (type === "interval") {
    const [number, of] = Array.isArray(value) ? (value as unknown[]) : [value, unit];
    const seconds = Math.round(
      Number(number) * (UNIT_SECONDS[textOf(of).toLowerCase().replace(/s$/, "")] ?? Number.NaN),
    );
    return readSchedule({ kind: "interval", everySeconds: seconds });
  }
  const timezone = textOf(config["timezone"]) || "UTC";
  const expression = textOf(value).trim();
  const scheduler = schedulerOf(expression, { sdk, isTaken: isTakenFromScheduler(config) });
  const cron = { kind: "cron", expression, timezone };
  return (scheduler === null ? null : readSchedule({ ...cron, scheduler })) ?? readSchedule(cron);
}

function readSchedule(input: unknown): Schedule | null {
  const read = ScheduleReadingInput.safeParse(input);
  return read.success ? read.data.schedule : null;
}

/**
 * Whether the SDK took the schedule from a scheduler by itself. It sends the schedule and its time zone then; a person who
 * writes a configuration says a margin or a limit too. Source: sentry-python `integrations/celery/beat.py`,
 * sentry-javascript `packages/node-core/src/cron`, sentry-laravel `ConsoleSchedulingIntegration`.
 */
function isTakenFromScheduler(config: Record<string, unknown>): boolean {
  return Object.keys(config).every((name) => TAKEN.has(name) || config[name] === null);
}

const TAKEN = new Set(["schedule", "schedule_type", "timezone"]);

/**
 * The id of the scheduler that runs the jobs of an SDK; null: the line is read as Sentry reads it. A line with seconds or
 * years is of a scheduler of the SDK's language, no matter who wrote it; one of five fields only where the SDK took it from there.
 */
function schedulerOf(expression: string, { sdk, isTaken }: { sdk: string; isTaken: boolean }): string | null {
  const fields = expression.split(/\s+/).length;
  const [, six = null, five = null] = BY_LANGUAGE.find(([name]) => name.test(sdk)) ?? [];
  if (fields > FIELDS) return six;
  return isTaken ? five : null;
}

const FIELDS = 5;
/**
 * The SDK's name; the scheduler of six fields; that of five. Node's three (cron, node-cron, node-schedule) put seconds first
 * and look the same here. Java's SDK takes no schedule by itself: without Spring's part the line is Quartz' own.
 */
const BY_LANGUAGE: [RegExp, string, string | null][] = [
  [/^sentry\.javascript/, "cron-kelektiv", "cron-kelektiv"],
  [/^sentry\.python/, "croniter6", "celery"],
  [/^sentry\.java\.spring/, "spring", null],
  [/^sentry\.java\b/, "quartz", null],
  [/^sentry\.go/, "gocron", null],
  [/^sentry\.ruby/, "fugit", "fugit"],
  [/^sentry\.php\.laravel/, "laravel-cron-expression", "laravel-cron-expression"],
  [/^sentry\.rust/, "rust-cron", null],
];
