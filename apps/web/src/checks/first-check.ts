import type { CheckInput } from "./check-queries.ts";

/** A kind of job that newcomers have, and a first check for it. */
export type JobKind = {
  id: string;
  title: string;
  summary: string;
  /** The snippet of `pingSnippets` that is shown first. */
  snippet: string;
  /** A check with settings that suit most jobs of the kind; `timezone` is the browser's. */
  check: (timezone: string) => CheckInput;
};

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const NIGHTLY = "30 2 * * *";

export const JOB_KINDS: readonly JobKind[] = [
  {
    id: "cron",
    title: "A cron job",
    summary: "A line of a crontab.",
    snippet: "crontab",
    check: (timezone) => ({
      name: "cron job",
      schedule: { kind: "cron", expression: NIGHTLY, timezone },
      graceSeconds: HOUR_SECONDS,
    }),
  },
  {
    id: "backup",
    title: "A backup script",
    summary: "A script that must end well every night.",
    snippet: "shell",
    check: (timezone) => ({
      name: "nightly backup",
      schedule: { kind: "cron", expression: NIGHTLY, timezone },
      // Backups grow: one that takes an hour now may take three.
      graceSeconds: 3 * HOUR_SECONDS,
      severity: "critical",
    }),
  },
  {
    id: "systemd",
    title: "A systemd timer",
    summary: "A service that a timer starts.",
    snippet: "systemd",
    check: (timezone) => ({
      name: "systemd timer",
      schedule: { kind: "oncalendar", expression: "*-*-* 02:30", timezone },
      graceSeconds: HOUR_SECONDS,
    }),
  },
  {
    id: "kubernetes",
    title: "A Kubernetes CronJob",
    summary: "A job of a cluster.",
    snippet: "kubernetes",
    check: (timezone) => ({
      name: "CronJob",
      schedule: { kind: "cron", expression: NIGHTLY, timezone, scheduler: "kubernetes" },
      graceSeconds: HOUR_SECONDS,
      overlap: "note",
    }),
  },
  {
    id: "github-actions",
    title: "A GitHub Action",
    summary: "A workflow with a schedule.",
    snippet: "github-actions",
    check: () => ({
      name: "GitHub Action",
      // GitHub reads its lines in UTC, and often starts an hour late.
      schedule: { kind: "cron", expression: NIGHTLY, timezone: "UTC" },
      graceSeconds: 3 * HOUR_SECONDS,
    }),
  },
  {
    id: "queue",
    title: "A queue that must stay empty",
    summary: "Dead letters, failed jobs: a number that something reports every few minutes.",
    snippet: "postgresql",
    check: () => ({
      name: "dead-letter queue",
      schedule: { kind: "interval", everySeconds: 5 * MINUTE_SECONDS },
      // Two reports in a row may be lost before it is missing.
      graceSeconds: 5 * MINUTE_SECONDS,
      metricLimits: [{ metric: "depth", max: 0 }],
    }),
  },
  {
    id: "bot",
    title: "A bot that must stay alive",
    summary: "A program that never ends and says so every few minutes.",
    snippet: "bot",
    check: () => ({
      name: "bot",
      schedule: { kind: "interval", everySeconds: 5 * MINUTE_SECONDS },
      graceSeconds: 5 * MINUTE_SECONDS,
    }),
  },
];
