import { type DisplayStatus, displayStatus, splitTags } from "@overdue/core";
import {
  type CheckWithChannels,
  databaseAnswers,
  findProjectChecks,
  isSameSecret,
  readServiceCounts,
  toCheck,
  toUniqueKey,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";

import { type Endpoint, type HealthchecksContext, HealthchecksError } from "./endpoint.ts";
import { SERVICE_METRICS, TEXT } from "./shapes.ts";

/** One line of a metric family: its labels, in order, and its value. */
type Sample = { labels: Record<string, string>; value: number };
type Family = { name: string; help: string; samples: readonly Sample[] };

/** Prometheus' text format, as Healthchecks writes it: only gauges, with a comma and a space between labels. */
export function prometheusText(families: readonly Family[]): string {
  return families.map((family) => `${familyText(family)}\n`).join("\n");
}

function familyText({ name, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].join("\n");
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(", ")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

type MeasuredCheck = { row: CheckWithChannels; status: DisplayStatus; labels: Record<string, string> };

/** A project's checks as gauges: those of Healthchecks under its names, further ones under our own. */
function checkFamilies(rows: readonly CheckWithChannels[], now: Instant): Family[] {
  const checks = rows.map((row) => measuredCheck(row, now));
  return [
    ...healthchecksFamilies(checks),
    ...ownFamilies(checks, now),
    ...tagFamilies(checks),
    ...totals(checks),
  ];
}

function measuredCheck(row: CheckWithChannels, now: Instant): MeasuredCheck {
  const labels = { name: row.name, tags: row.tags, unique_key: toUniqueKey(row.pingUuid) };
  return { row, status: displayStatus(toCheck(row), now), labels };
}

function healthchecksFamilies(checks: readonly MeasuredCheck[]): Family[] {
  return [
    flags(checks, "hc_check_up", {
      help: "Whether the check is currently up (1 for yes, 0 for no).",
      value: ({ status }) => status !== "down",
    }),
    flags(checks, "hc_check_started", {
      help: "Whether the check is currently started (1 for yes, 0 for no).",
      value: ({ row }) => row.memory.openRuns.length > 0,
    }),
    flags(checks, "hc_check_grace", {
      help: "Whether the check is currently in the grace period (1 for yes, 0 for no).",
      value: ({ status }) => status === "grace",
    }),
    flags(checks, "hc_check_paused", {
      help: "Whether the check is currently paused (1 for yes, 0 for no).",
      value: ({ status }) => status === "paused",
    }),
  ];
}

function ownFamilies(checks: readonly MeasuredCheck[], now: Instant): Family[] {
  return [
    measure(checks, "overdue_check_last_duration_seconds", {
      help: "How long the last run took.",
      value: ({ row }) => (row.lastDurationMs === null ? null : row.lastDurationMs / 1000),
    }),
    measure(checks, "overdue_check_seconds_since_last_ping", {
      help: "Seconds since the last success or failure.",
      value: ({ row }) =>
        row.lastPingAt === null ? null : Math.max(0, now - row.lastPingAt.getTime()) / 1000,
    }),
    flags(checks, "overdue_check_incident_open", {
      help: "Whether the check has an open incident (1 for yes, 0 for no).",
      value: ({ row }) => row.status === "down",
    }),
  ];
}

function tagFamilies(checks: readonly MeasuredCheck[]): Family[] {
  const tags = new Map<string, number>();
  for (const { row, status } of checks) {
    for (const tag of splitTags(row.tags)) tags.set(tag, status === "down" ? 0 : (tags.get(tag) ?? 1));
  }
  const samples = [...tags].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [
    {
      name: "hc_tag_up",
      help: "Whether all checks with this tag are up (1 for yes, 0 for no).",
      samples: samples.map(([tag, value]) => ({ labels: { tag }, value })),
    },
  ];
}

function totals(checks: readonly MeasuredCheck[]): Family[] {
  const down = checks.filter(({ status }) => status === "down").length;
  return [
    total("hc_checks_total", { help: "The total number of checks.", value: checks.length }),
    total("hc_checks_down_total", { help: "The number of checks currently down.", value: down }),
  ];
}

function total(name: string, { help, value }: { help: string; value: number }): Family {
  return { name, help, samples: [{ labels: {}, value }] };
}

function flags(
  checks: readonly MeasuredCheck[],
  name: string,
  { help, value }: { help: string; value: (check: MeasuredCheck) => boolean },
): Family {
  return measure(checks, name, { help, value: (check) => (value(check) ? 1 : 0) });
}

/** One sample per check; checks for which the value is null get none. */
function measure(
  checks: readonly MeasuredCheck[],
  name: string,
  { help, value: getValue }: { help: string; value: (check: MeasuredCheck) => number | null },
): Family {
  const samples = checks.flatMap((check): Sample[] => {
    const value = getValue(check);
    return value === null ? [] : [{ labels: check.labels, value }];
  });
  return { name, help, samples };
}

// The project in the path is ignored, as in Healthchecks: the key implies it.
const PATHS = [
  "/projects/{project}/metrics/{key}",
  "/projects/{project}/checks/metrics/{key}",
  "/projects/{project}/metrics/",
];

export const metricsEndpoints: readonly Endpoint[] = PATHS.map((path) => ({
  path,
  cors: false,
  methods: {
    GET: {
      access: { auth: "healthchecks", key: "read-only" },
      summary: "Prometheus metrics of a project, with a read-only key in the path or as a bearer token",
      success: TEXT,
      answer: metrics,
    },
  },
}));

async function metrics(c: HealthchecksContext): Promise<Response> {
  const { db, now } = c.var.deps;
  const rows = await findProjectChecks(db, c.var.call.projectId);
  return c.body(prometheusText(checkFamilies(rows, now())), 200, { "content-type": "text/plain" });
}

const PUBLIC = { auth: "public" } as const;

export const statusEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/status/",
    cors: false,
    methods: {
      GET: { access: PUBLIC, summary: "Say whether the database answers", success: TEXT, answer: status },
    },
  },
  {
    path: "/api/{version}/metrics/",
    cors: false,
    methods: {
      GET: {
        access: PUBLIC,
        summary: "Service metrics, with `X-Metrics-Key`",
        success: SERVICE_METRICS,
        answer: serviceMetrics,
      },
    },
  },
];

async function status(c: HealthchecksContext): Promise<Response> {
  return (await databaseAnswers(c.var.deps.db)) ? c.text("OK") : c.text("database connection failed", 500);
}

async function serviceMetrics(c: HealthchecksContext): Promise<Response> {
  const { db, now, settings } = c.var.deps;
  const { metricsToken } = settings;
  if (metricsToken === null || !isSameSecret(c.req.header("x-metrics-key") ?? "", metricsToken))
    throw new HealthchecksError(403);
  const { pings, deliveries, waitingFlips } = await readServiceCounts(db);
  return c.json({
    ts: Math.floor(now() / 1000),
    max_ping_id: pings,
    max_notification_id: deliveries,
    num_unprocessed_flips: waitingFlips,
  });
}
