import { createHash, timingSafeEqual } from "node:crypto";

import { databaseAnswers, serviceCounts } from "@overdue/db";

import { type Endpoint, type HealthchecksContext, HealthchecksError } from "./endpoint.ts";
import { SERVICE_METRICS, TEXT } from "./shapes.ts";

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
        answer: metrics,
      },
    },
  },
];

async function status(c: HealthchecksContext): Promise<Response> {
  return (await databaseAnswers(c.var.deps.db)) ? c.text("OK") : c.text("database connection failed", 500);
}

async function metrics(c: HealthchecksContext): Promise<Response> {
  const { db, now, settings } = c.var.deps;
  if (!isKey(c.req.header("x-metrics-key"), settings.metricsToken)) throw new HealthchecksError(403);
  const { pings, deliveries, waitingFlips } = await serviceCounts(db);
  return c.json({
    ts: Math.floor(now() / 1000),
    max_ping_id: pings,
    max_notification_id: deliveries,
    num_unprocessed_flips: waitingFlips,
  });
}

function isKey(sent: string | undefined, key: string | null): boolean {
  return sent !== undefined && key !== null && timingSafeEqual(digest(sent), digest(key));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
