import { everyMs, hasWindows, type Schedule, type Setup } from "@overdue/schedules";
import { type CheckSettings, defaultSettings, type Tolerance, type ViolationPolicy } from "@overdue/core";
import type { Random } from "../random.ts";

/** Settings as somebody might have chosen them: most of them off. */
export function makeSettings(random: Random): CheckSettings {
  const shareOn = random.pick([0, 0, 0, 0.12, 0.3]);
  const maybe = <T>(on: () => T, off: T) => (random.chance(shareOn) ? on() : off);
  const policy = (): ViolationPolicy => random.pick(["note", "alert"]);
  const schedule = makeSchedule(random);
  const often = isOften(schedule);
  return {
    ...defaultSettings,
    schedule,
    graceSeconds: random.pick(often ? [60, 300, 600, 1_800] : [60, 300, 600, HOUR, HOUR, 2 * HOUR, DAY / 2]),
    manualResume: random.chance(0.1),
    earlyMarginSeconds: maybe(() => random.pick([30, 300, 1_800]), 0),
    jitterSeconds: maybe(() => random.pick([30, 300, 1_800]), 0),
    maxRuntimeSeconds: maybe(() => random.pick(often ? [60, 600] : [60, 600, 2 * HOUR, DAY + HOUR]), null),
    minRuntimeSeconds: maybe(() => random.pick([1, 5, 60]), null),
    progressExtends: maybe(() => true, false),
    overlap: maybe<ViolationPolicy>(policy, "allow"),
    hostDuplicates: maybe<ViolationPolicy>(policy, "allow"),
    tooOften: maybe<CheckSettings["tooOften"]>(() => makeTooOften(random), null),
    tolerance: maybe<Tolerance | null>(() => makeTolerance(random), null),
    recoverAfter: maybe(() => random.pick([2, 3, 5]), 1),
    alertBeforeFirstPing: maybe(() => true, false),
  };
}

/** As some schedulers count or draw the times, or with what the check says of its scheduler's set-up; drawn by itself. */
export function withScheduler(random: Random, settings: CheckSettings): CheckSettings {
  if (random.chance(0.65)) return settings;
  const schedule = random.pick([windowed, counted, setUp])(random, settings.schedule);
  // A run that begins late in one window and one early in the next may both fall into that.
  const limits = hasWindows(schedule) ? ({ tooOften: null, hostDuplicates: "allow" } as const) : {};
  const isShort = hasWindows(schedule) || (everyMs(schedule) ?? Infinity) < HOUR * 1_000;
  const { graceSeconds, maxRuntimeSeconds } = settings;
  const shorter = {
    graceSeconds: Math.min(graceSeconds, 2 * HOUR),
    maxRuntimeSeconds: maxRuntimeSeconds === null ? null : Math.min(maxRuntimeSeconds, 2 * HOUR),
  };
  return { ...settings, ...limits, ...(isShort && shorter), schedule };
}

type Scheduled = (random: Random, plain: Schedule) => Schedule;

/** Jenkins and cronie draw when in a window a job runs. */
const windowed: Scheduled = (random, plain) => {
  const [scheduler, lines] = random.pick(WINDOWS);
  return { kind: "cron", scheduler, expression: random.pick(lines), timezone: zoneOf(random, plain) };
};

/** A line that counts from the start of the last run. */
const counted: Scheduled = (random, plain) => {
  const expression = random.pick(["@every 5m", "@every 1h", "@every 90m", "@every 24h"]);
  return { kind: "cron", scheduler: "kubernetes", expression, timezone: zoneOf(random, plain) };
};

/** What the scheduler makes up or starts at the end of a run. */
const setUp: Scheduled = (random, plain) => {
  if (plain.kind === "interval") return { ...plain, ...random.pick(INTERVAL_SETUPS) };
  return plain.kind === "cron" ? { ...plain, ...random.pick(SETUPS) } : plain;
};

function zoneOf(random: Random, plain: Schedule): string {
  return plain.kind === "interval" ? random.pick(TIMEZONES) : plain.timezone;
}

/** Mostly every few hours or days, and a few more often, as in a real set of jobs. */
function makeSchedule(random: Random): Schedule {
  if (random.chance(0.5)) return { kind: "interval", everySeconds: random.pick(EVERY_SECONDS) };
  const timezone = random.pick(TIMEZONES);
  if (random.chance(0.6)) return { kind: "cron", expression: random.pick(CRON), timezone };
  return { kind: "oncalendar", expression: random.pick(ONCALENDAR), timezone };
}

function isOften(schedule: Schedule): boolean {
  return schedule.kind === "interval" ? schedule.everySeconds < HOUR : /[*]\/|[*]:/.test(schedule.expression);
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
const EVERY_SECONDS = [300, 900, 1_800, HOUR, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, DAY, DAY, 7 * DAY];
const TIMEZONES = ["UTC", "Europe/Riga", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
const CRON = [
  "*/15 * * * *",
  "0 * * * *",
  "30 * * * *",
  "*/30 1-3 * * *",
  "0 2 * * *",
  "30 2 * * *",
  "15,45 2,3 * * *",
  "30 1 * * *",
  "0 4 * * MON-FRI",
  "5 0 1 * *",
  "0 9 * * 1\n0 22 * * 5",
];
const WINDOWS = [
  ["jenkins", ["H * * * *", "H H * * *", "@daily", "H H(0-5) * * 1-5", "H 2 * * *"]],
  ["cronie", ["0~59 * * * *", "~ 3 * * *", "10~40 4 * * *", "30 1~5 * * 1-5"]],
] as const;
type SetUp = { scheduler: string; setup?: Setup };
const SETUPS: readonly SetUp[] = [
  { scheduler: "kubernetes", setup: { missed: "deadline", withinSeconds: 600 } },
  { scheduler: "kubernetes", setup: { overlap: "parallel" } },
  { scheduler: "kubernetes", setup: { overlap: "one-at-the-end" } },
  { scheduler: "gocron", setup: { overlap: "skipped" } },
  { scheduler: "apscheduler", setup: { missed: "database-no-coalesce" } },
  { scheduler: "apscheduler", setup: { missed: "database", withinSeconds: 1 } },
  { scheduler: "gocron", setup: { overlap: "queued" } },
  { scheduler: "airflow", setup: { missed: "catchup" } },
  { scheduler: "node-cron" },
];
const INTERVAL_SETUPS: readonly SetUp[] = [
  { scheduler: "apscheduler", setup: { missed: "memory" } },
  { scheduler: "celery", setup: { missed: "file-kept" } },
  { scheduler: "gocron", setup: { overlap: "queued" } },
  { scheduler: "spring" },
];
const ONCALENDAR = ["hourly", "*:0/20", "*-*-* 02:30", "Mon..Fri 03:00", "*-*-* 1,2,3:15", "weekly"];

function makeTooOften(random: Random): CheckSettings["tooOften"] {
  return {
    count: random.pick([1, 2, 3, 10]),
    of: random.pick(["pings", "runs"]),
    windowSeconds: random.pick([null, 60, 3_600]),
  };
}

function makeTolerance(random: Random): Tolerance {
  const tolerateMissed = random.chance(0.7);
  const bad = random.pick([2, 3]);
  return random.chance(0.5)
    ? { kind: "in-a-row", bad, tolerateMissed }
    : { kind: "of-last", bad, of: bad + random.pick([1, 2, 5]), tolerateMissed };
}
