import type { CheckSettings, MetricValues } from "@overdue/core";
import { DAY_MS, HOUR_MS } from "@overdue/schedules";

/** How an invented job behaves: how long it takes, and in how many of 1,000 runs something goes wrong. */
export type Job = {
  name: string;
  host: string;
  tags: readonly string[];
  severity: "info" | "warning" | "critical";
  description: string;
  schedule: CheckSettings["schedule"];
  graceSeconds: number;
  /** Its usual length in seconds. */
  seconds: number;
  failures: number;
  misses: number;
  delays: number;
  exitStatus: number;
  output: string;
  metricLimits?: CheckSettings["metricLimits"];
  /** What the end of a run reports. `agoMs`: how long it is ago; `random`: from 0 to 1. */
  metrics?: (run: { agoMs: number; random: number; isGood: boolean }) => MetricValues;
  /** The state at the end of its history, which pages show. */
  now: "fine" | "failed" | "missing" | "running" | "late" | "paused";
};

const cron = (expression: string, timezone = "Europe/Berlin") =>
  ({ kind: "cron", expression, timezone }) as const;
const every = (minutes: number) => ({ kind: "interval", everySeconds: minutes * 60 }) as const;

const USUAL = {
  severity: "warning",
  description: "",
  graceSeconds: 1_800,
  failures: 6,
  misses: 4,
  delays: 12,
  exitStatus: 1,
  output: "",
  now: "fine",
} as const;

const HOSTS = ["db1", "db2", "web1", "web2", "build", "mail", "nas"];

/** Sixty jobs of a small company, most of them fine. */
export const JOBS: readonly Job[] = [
  ...HOSTS.map((host, index) => backup(host, index)),
  ...HOSTS.map((host, index) => updates(host, index)),
  ...["orders", "invoices", "customers", "stock", "prices"].map((name, index) => sync(name, index)),
  ...["shop", "blog", "wiki", "mail", "git", "intranet", "api", "status"].map((name, index) =>
    certificate(name, index),
  ),
  ...["queue-worker", "telegram-bot", "mail-fetcher", "webhook-relay"].map((name, index) =>
    heartbeat(name, index),
  ),
  deadLetters("mail"),
  ...["sales", "traffic", "errors", "payroll", "capacity", "licences"].map((name, index) =>
    report(name, index),
  ),
  ...["sessions", "uploads", "logs", "thumbnails", "carts", "old-branches", "containers"].map((name, index) =>
    cleanUp(name, index),
  ),
  ...["orders", "customers", "invoices", "events", "wiki", "git"].map((name, index) => restore(name, index)),
  ...["eu", "us", "asia", "office", "warehouse"].map((name, index) => replica(name, index)),
  ...["exchange rates", "holiday calendar", "spam lists", "virus signatures"].map((name, index) =>
    download(name, index),
  ),
];

function backup(host: string, index: number): Job {
  return {
    ...USUAL,
    name: `nightly backup of ${host}`,
    host,
    tags: ["backup", host],
    severity: "critical",
    description: "Runbook: https://wiki.example.org/runbooks/backup. Call Ada if it fails twice.",
    schedule: cron(`${(index * 7) % 60} 2 * * *`),
    graceSeconds: 3_600,
    seconds: 840 + index * 260,
    exitStatus: index === 1 ? 28 : 11,
    output:
      index === 1
        ? 'sending incremental file list\nvar/lib/postgresql/base/16384\nrsync: write failed on "/backup/db2": No space left on device (28)\nrsync error: error in file IO (code 11) at receiver.c(378)'
        : "rsync error: error in file IO (code 11)",
    metricLimits: [{ metric: "bytes", min: 1, max: null, required: true, outliers: "note" }],
    metrics: ({ agoMs, random, isGood }) => {
      // One night its volume was not mounted, so it saved nothing, and ended well.
      if (index === 3 && Math.floor(agoMs / DAY_MS) === 12) return { bytes: 0, files: 0 };
      const grown = (index + 1) * 6.2e9 * (1 - (agoMs / DAY_MS) * 0.002) * (0.97 + random * 0.06);
      const bytes = Math.round(isGood ? grown : grown * 0.3);
      return { bytes, files: Math.round(bytes / 81_000) };
    },
    now: index === 1 ? "failed" : "fine",
  };
}

/** A dead-letter queue: empty, but for an hour now and then, and for what nobody has looked at yet. */
function deadLetters(name: string): Job {
  return {
    ...USUAL,
    name: `dead letters of ${name}`,
    host: "web2",
    tags: ["queue"],
    severity: "critical",
    schedule: every(30),
    graceSeconds: 600,
    seconds: 0,
    failures: 0,
    misses: 0,
    delays: 4,
    metricLimits: [{ metric: "depth", min: null, max: 0, required: true, outliers: "allow" }],
    metrics: ({ agoMs, random }) => {
      const day = Math.floor(agoMs / DAY_MS);
      if (agoMs < 3 * HOUR_MS) return { depth: 14 - Math.floor(agoMs / HOUR_MS) * 5 };
      const isBad = day % 11 === 5 && agoMs % DAY_MS < 4 * HOUR_MS;
      return { depth: isBad ? 1 + Math.floor(random * (day % 3 === 0 ? 30 : 6)) : 0 };
    },
    now: "fine",
  };
}

function updates(host: string, index: number): Job {
  return {
    ...USUAL,
    name: `security updates on ${host}`,
    host,
    tags: ["updates", host],
    severity: "info",
    schedule: cron(`${10 + index} 5 * * *`),
    seconds: 65 + index * 9,
    exitStatus: 100,
    output: "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt)",
    now: index === 5 ? "failed" : "fine",
  };
}

function sync(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `sync ${name}`,
    host: "web1",
    tags: ["sync", "shop"],
    severity: index < 2 ? "critical" : "warning",
    schedule: cron("*/15 * * * *", "UTC"),
    graceSeconds: 600,
    seconds: 24 + index * 11,
    failures: 2,
    misses: 1,
    delays: 3,
    output: "HTTP 503 Service Unavailable from https://erp.example.org/api",
    now: index === 3 ? "running" : "fine",
  };
}

function certificate(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `renew certificate of ${name}.example.org`,
    host: "web2",
    tags: ["tls"],
    schedule: cron(`${index * 3} 4 * * 1`, "UTC"),
    graceSeconds: 7_200,
    seconds: 14,
    output: "Challenge failed for domain: DNS problem: NXDOMAIN",
    now: index === 6 ? "paused" : "fine",
  };
}

function heartbeat(name: string, index: number): Job {
  return {
    ...USUAL,
    name,
    host: "web2",
    tags: ["bot"],
    severity: index === 0 ? "critical" : "warning",
    schedule: every(30),
    graceSeconds: 600,
    seconds: 0,
    failures: 0,
    misses: 2,
    delays: 6,
    now: index === 1 ? "missing" : "fine",
  };
}

function report(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `${name} report`,
    host: "db1",
    tags: ["report"],
    severity: "info",
    schedule: cron(`30 7 * * ${index % 2 === 0 ? "1-5" : "1"}`),
    seconds: 310 + index * 75,
    exitStatus: 127,
    output: "/bin/sh: 1: wkhtmltopdf: not found",
    now: "fine",
  };
}

function cleanUp(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `clean up ${name}`,
    host: index % 2 === 0 ? "build" : "web1",
    tags: ["cleanup"],
    severity: "info",
    schedule: cron(`${index * 8} * * * *`, "UTC"),
    graceSeconds: 900,
    seconds: 38 + index * 17,
    failures: 3,
    misses: 2,
    exitStatus: 137,
    output: "Killed",
    now: index === 4 ? "late" : "fine",
  };
}

function restore(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `restore test of ${name}`,
    host: "nas",
    tags: ["backup", "test"],
    schedule: cron(`0 ${9 + index} * * 6`),
    graceSeconds: 7_200,
    seconds: 2_700 + index * 400,
    failures: 40,
    output: "pg_restore: error: could not execute query: ERROR: relation does not exist",
    now: "fine",
  };
}

function replica(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `replicate to ${name}`,
    host: "db1",
    tags: ["replication", "db1"],
    schedule: cron(`${index * 11} */6 * * *`, "UTC"),
    seconds: 620 + index * 140,
    delays: 30,
    output: "ssh: connect to host replica port 22: Connection timed out",
    exitStatus: 255,
    now: "fine",
  };
}

function download(name: string, index: number): Job {
  return {
    ...USUAL,
    name: `download ${name}`,
    host: "mail",
    tags: ["download"],
    severity: "info",
    schedule: cron(`${5 + index * 9} 1,13 * * *`, "UTC"),
    seconds: 9 + index * 4,
    output: "curl: (22) The requested URL returned error: 503",
    exitStatus: 22,
    now: "fine",
  };
}
