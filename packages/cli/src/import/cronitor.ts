import { z } from "zod";

import {
  checkFor,
  HOUR,
  DAY,
  type Imported,
  leftOut,
  MINUTE,
  type Reader,
  Seconds,
  tagsFrom,
  Text,
  Texts,
} from "./imported.ts";

const Monitor = z.looseObject({
  key: z.string(),
  name: Text,
  type: z.string(),
  platform: Text,
  schedule: Text,
  schedules: Texts,
  timezone: Text,
  grace_seconds: Seconds,
  failure_tolerance: Seconds,
  schedule_tolerance: Seconds,
  assertions: Texts,
  tags: Texts,
  note: Text,
  paused: z.boolean().nullish(),
});
type Monitor = z.infer<typeof Monitor>;

const Export = z.union([
  z.object({ monitors: z.array(Monitor) }),
  z.array(Monitor).transform((monitors) => ({ monitors })),
]);
/** The YAML form: monitors by their key, below what they are. */
const ByKind = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({})).optional(),
  heartbeats: z.record(z.string(), z.looseObject({})).optional(),
  checks: z.record(z.string(), z.looseObject({})).optional(),
});

/** Reads the answer of `GET /api/monitors`, or Cronitor's YAML file. */
export const readCronitor: Reader = (given) => {
  const { data } = Export.safeParse(given);
  if (data !== undefined) return data.monitors.map(readMonitor);
  const { data: kinds } = ByKind.safeParse(given);
  if (kinds === undefined || (kinds.jobs ?? kinds.heartbeats ?? kinds.checks) === undefined) return null;
  const named = { job: kinds.jobs, heartbeat: kinds.heartbeats, check: kinds.checks };
  return Object.entries(named).flatMap(([type, monitors]) =>
    Object.entries(monitors ?? {}).map(([key, monitor]) =>
      readMonitor(Monitor.parse({ ...monitor, key, type })),
    ),
  );
};

/** Cronitor's platforms that read a line in a way of their own. */
const SCHEDULERS: readonly (readonly [RegExp, string])[] = [
  [/kubernetes/i, "kubernetes"],
  [/celery/i, "celery"],
  [/sidekiq/i, "fugit"],
  [/laravel/i, "laravel-cron-expression"],
  [/spring/i, "spring"],
  [/quartz/i, "quartz"],
];

function readMonitor(monitor: Monitor): Imported {
  const { key, type, assertions, failure_tolerance: failures, schedule_tolerance: missed } = monitor;
  const name = monitor.name || key;
  if (type !== "job" && type !== "heartbeat")
    return leftOut(name, `it is a ${type}: Overdue waits for jobs to report, and does not call addresses.`);
  const schedule = scheduleOf(monitor);
  if (schedule === null)
    return leftOut(
      name,
      `its schedule, “${monitor.schedule || monitor.schedules.join("; ")}”, cannot be read: make its check by hand.`,
    );
  const limits = assertions.map(durationLimit);
  const longest = limits.find((limit) => limit !== null);
  const bad = Math.max(failures ?? 0, missed ?? 0);
  return {
    name,
    isPaused: monitor.paused === true,
    alias: { product: "cronitor", key },
    path: `/p/PING_KEY/${key}`,
    check: checkFor(name, key, {
      schedule,
      tags: tagsFrom(monitor.tags),
      ...(monitor.note !== "" && { description: monitor.note }),
      graceSeconds: monitor.grace_seconds ?? MINUTE,
      // Without an assertion a run may take any time there; here the grace would end it.
      ...(type === "job" && { maxRuntimeSeconds: longest ?? DAY }),
      ...(bad > 0 && { tolerance: { kind: "in-a-row", bad: bad + 1, tolerateMissed: (missed ?? 0) > 0 } }),
    }),
    problems: assertions.flatMap((assertion, index) =>
      limits[index] === null ? [`its assertion “${assertion}” is not carried over.`] : [],
    ),
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `metric.duration < 15 min` gives 900. */
function durationLimit(assertion: string): number | null {
  const [, amount = "", unit = ""] =
    /^metric\.duration\s*<=?\s*([\d.]+)\s*([smhdw])/.exec(assertion.trim()) ?? [];
  return amount === "" ? null : Math.max(1, Math.round(Number(amount) * (UNITS[unit] ?? 1)));
}

function scheduleOf({ schedule, schedules, timezone, platform }: Monitor): object | null {
  const lines = schedule === "" ? schedules : [schedule];
  const [, amount = "1", unit] = /^every\s+(\d+)?\s*([smhdw])\w*$/i.exec(lines[0]?.trim() ?? "") ?? [];
  if (unit !== undefined && lines.length === 1)
    return {
      kind: "interval",
      everySeconds: Math.max(MINUTE, Number(amount) * (UNITS[unit.toLowerCase()] ?? 1)),
    };
  if (lines.length === 0 || lines.some((line) => /^(?:every|at)\b/i.test(line.trim()))) return null;
  const scheduler = SCHEDULERS.find(([pattern]) => pattern.test(platform))?.[1];
  return {
    kind: "cron",
    expression: lines.join("\n"),
    timezone: timezone || "UTC",
    ...(scheduler !== undefined && { scheduler }),
  };
}
