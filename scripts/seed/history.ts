import { createHash, randomUUID } from "node:crypto";

import type { MetricValues } from "@overdue/core";
import type { recordPings } from "@overdue/db";
import { DAY_MS, HOUR_MS, MINUTE_MS, nextAfter, SECOND_MS } from "@overdue/schedules";
import { mulberry32 } from "@overdue/testkit";

import type { Job } from "./jobs.ts";

type Arrival = Parameters<typeof recordPings>[1][number];

const DAYS = 90;

/** When a whole host was down, counted back from now, so that all its jobs missed their runs together. */
export const HOST_OUTAGES = [
  { host: "web1", fromMs: 21 * DAY_MS, ms: 5 * HOUR_MS },
  { host: "db1", fromMs: 9 * DAY_MS, ms: 7 * HOUR_MS },
  { host: "nas", fromMs: 47 * DAY_MS, ms: 30 * HOUR_MS },
];

type Outage = { from: number; until: number };

/** When Overdue itself was down, oldest first, as epoch milliseconds: one night of a move, and a restart 4 to 16 hours ago. */
export function outagesBefore(now: number): Outage[] {
  const move = now - (now % DAY_MS) - 33 * DAY_MS + HOUR_MS;
  const halfDay = 12 * HOUR_MS;
  const restart = Math.floor((now - 7 * HOUR_MS) / halfDay) * halfDay + 3 * HOUR_MS;
  return [
    { from: move, until: move + 3 * HOUR_MS },
    { from: restart, until: restart + 50 * MINUTE_MS },
  ];
}

/** Invents the pings of a job's last 90 days, oldest first, from its name alone, so that every seed looks the same. */
export function historyOf(job: Job, pingUuid: string, now: number): Arrival[] {
  const [random, randomMetric] = [randomOf(job.name), randomOf(`numbers of ${job.name}`)];
  const due = dueTimes(job, now);
  const isLost = (at: number) => outagesBefore(now).some(({ from, until }) => at >= from && at < until);
  const all = due.flatMap((at, index) => {
    const isLast = index === due.length - 1;
    const run = isLast && job.now !== "fine" ? lastRun(job, at) : usualRun(job, at, { random, now });
    return run === null
      ? []
      : pingsOf(job, run).map((ping) => {
          const isEnd = ping.kind !== "start";
          const values = { agoMs: now - ping.at, random: randomMetric(), isGood: ping.kind === "success" };
          return arrival(pingUuid, job, { ...ping, metrics: isEnd ? job.metrics?.(values) : undefined });
        });
  });
  return all.filter(({ record }) => record.receivedAt <= now && !isLost(record.receivedAt));
}

/** When a history begins. */
export function historyStart(now: number): number {
  return now - DAYS * DAY_MS;
}

function dueTimes({ schedule, now: state, seconds }: Job, now: number): number[] {
  // The last run of a healthy job must have ended by now; one that is running or missing was due a while ago.
  const until = now - (state === "running" ? 2 * MINUTE_MS : state === "missing" ? 3 * HOUR_MS : 0);
  const times: number[] = [];
  let at = historyStart(now);
  for (;;) {
    const next =
      schedule.kind === "interval" ? at + schedule.everySeconds * SECOND_MS : nextAfter(schedule, at);
    if (next === null || next + (state === "fine" ? seconds * 3 * SECOND_MS : 0) > until) return times;
    times.push(next);
    at = next;
  }
}

type Run = { startedAt: number; seconds: number | null; exitStatus: number };
type Chance = { random: () => number; now: number };

/** Null: the run did not happen. */
function usualRun(job: Job, dueAt: number, { random, now }: Chance): Run | null {
  const [what, length, delay] = [random() * 1_000, random(), random()];
  const isDown = HOST_OUTAGES.some(
    ({ host, fromMs, ms }) => host === job.host && dueAt >= now - fromMs && dueAt < now - fromMs + ms,
  );
  if (isDown || what < job.misses) return null;
  const isDelayed = what < job.misses + job.delays;
  const isFailed = !isDelayed && what < job.misses + job.delays + job.failures;
  const lateMs = isDelayed ? (0.2 + 0.7 * delay) * job.graceSeconds * SECOND_MS : (1 + 8 * delay) * SECOND_MS;
  // The length varies a little, and is sometimes more than twice the usual one.
  const factor = length > 0.98 ? 2.2 : 0.85 + 0.4 * length;
  return {
    startedAt: Math.round(dueAt + (job.schedule.kind === "interval" ? 0 : lateMs)),
    seconds: isFailed ? job.seconds * 0.3 : job.seconds * factor,
    exitStatus: isFailed ? job.exitStatus : 0,
  };
}

function lastRun(job: Job, dueAt: number): Run | null {
  if (job.now === "late") return null;
  const startedAt = dueAt + 3 * SECOND_MS;
  if (job.now === "running") return { startedAt, seconds: null, exitStatus: 0 };
  if (job.now === "failed") return { startedAt, seconds: job.seconds * 0.6, exitStatus: job.exitStatus };
  return { startedAt, seconds: job.seconds, exitStatus: 0 };
}

type SeedPing = {
  at: number;
  kind: "start" | "success" | "fail";
  exitStatus: number | null;
  body: string;
  metrics?: MetricValues | undefined;
};

function pingsOf(job: Job, { startedAt, seconds, exitStatus }: Run): SeedPing[] {
  const start = { at: startedAt, kind: "start", exitStatus: null, body: "" } as const;
  if (seconds === null) return [start];
  const end: SeedPing = {
    at: startedAt + Math.round(seconds * SECOND_MS),
    kind: exitStatus === 0 ? "success" : "fail",
    exitStatus,
    body: exitStatus === 0 ? "" : job.output,
  };
  return job.seconds === 0 ? [end] : [start, end];
}

function arrival(pingUuid: string, job: Job, { at, kind, exitStatus, body, metrics }: SeedPing): Arrival {
  const bytes = body === "" ? null : Buffer.from(body);
  return {
    target: { kind: "uuid", pingUuid },
    read: () => ({ kind, note: null }),
    host: job.host,
    digest: bytes && createHash("sha256").update(bytes).update(String(at)).digest("hex").slice(0, 16),
    record: {
      id: randomUUID(),
      receivedAt: at,
      rid: null,
      exitStatus,
      scheme: "https",
      method: "POST",
      remoteAddress: `203.0.113.${10 + ((createHash("sha256").update(job.host).digest()[0] ?? 0) % 200)}`,
      userAgent: "curl/8.14.1",
      body: bytes,
      bodyBytes: bytes?.length ?? 0,
      bodyCutAt: null,
      ...(metrics !== undefined && { metrics: { values: metrics, problems: [] } }),
      note: null,
    },
  };
}

/** Random numbers from 0 to less than 1 that follow from a text. */
function randomOf(text: string): () => number {
  return mulberry32(createHash("sha256").update(text).digest().readUInt32LE(0));
}
