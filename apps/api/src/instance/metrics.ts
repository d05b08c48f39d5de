import { BlockList, isIP } from "node:net";

import { isSameSecret, type ReadFrom, type VitalSigns } from "@overdue/db";
import type { MiddlewareHandler } from "hono";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { z } from "zod";

import type { AppContext, AppEnv } from "../http/context.ts";
import { RENAMED_GAUGES } from "../http/deprecated-names.ts";
import { ApiError, Problem } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const FORWARDED = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
];

/** `GET /metrics`, for the operator: from this machine itself, or with the token. */
export const metricsRoute = createRouter().openapi(
  route(
    { auth: "public", isRateLimitExempt: true },
    {
      method: "get",
      path: "/metrics",
      summary: "Metrics for Prometheus",
      description:
        "With METRICS_TOKEN as the bearer token; or from the machine itself, as long as PUBLIC_URL is one of this machine.",
      tags: ["Instance"],
      responses: {
        200: { description: "Prometheus' text format.", content: { "text/plain": { schema: z.string() } } },
        401: {
          description: "Neither from this machine nor with the token.",
          content: { "application/problem+json": { schema: Problem } },
        },
      },
    },
  ),
  async (c) => {
    if (!canRead(c)) throw new ApiError("unauthorized", UNAUTHORIZED);
    return c.text(await c.var.deps.metrics.registry.metrics(), 200);
  },
);

const UNAUTHORIZED =
  "Send METRICS_TOKEN as the bearer token. Without it metrics are read from the machine itself alone, where PUBLIC_URL is one of this machine too: else a proxy on it would open them to everybody.";

function canRead(c: AppContext): boolean {
  const { metricsToken } = c.var.deps.settings;
  const sent = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (sent !== undefined) return metricsToken !== null && isSameSecret(sent, metricsToken);
  return isFromThisMachine(c);
}

// A proxy on this machine connects from loopback too. Most say for whom; one that does not is there only where people
// reach the product under another name.
function isFromThisMachine(c: AppContext): boolean {
  const forwarded = FORWARDED.some((name) => c.req.header(name) !== undefined);
  const address = c.var.deps.socketAddress(c) ?? "";
  const family = isIP(address);
  const hosts = [c.var.deps.settings.publicUrl, c.req.url].map((url) => new URL(url).hostname);
  return (
    !forwarded &&
    hosts.every(isLocalName) &&
    family !== 0 &&
    LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4")
  );
}

function isLocalName(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return bare === "localhost" || (family !== 0 && LOOPBACK.check(bare, family === 6 ? "ipv6" : "ipv4"));
}

/** What the operator sees of this process. Made per process, so that a test can have its own. */
export class Metrics {
  readonly registry = new Registry();
  /** Requests that named a person in the trusted header, and came from elsewhere than the proxy. */
  readonly ignoredTrustedHeaders = new Counter({
    name: "overdue_trusted_header_ignored_total",
    help: "Requests with the header of TRUSTED_HEADER from a peer that TRUSTED_HEADER_PEERS does not name.",
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: "overdue_http_request_seconds",
    help: "Time to answer a request, by route; pings are counted apart.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });

  constructor(watched: { streams: () => number; process: boolean }) {
    new Gauge({
      name: "overdue_event_streams",
      help: "Open pages that are sent changes.",
      registers: [this.registry],
      collect() {
        this.set(watched.streams());
      },
    });
    if (watched.process) collectDefaultMetrics({ register: this.registry });
  }

  /** @returns to be called for each read that a replica may serve, with the server that served it */
  countReads(): (from: ReadFrom) => void {
    const reads = new Counter({
      name: "overdue_long_reads_total",
      help: "Long reads, by server: the replica, or the primary while the replica is behind or away.",
      labelNames: ["server"],
      registers: [this.registry],
    });
    return (server) => reads.inc({ server });
  }

  /** Times requests by the pattern of their route, so that no id becomes a label. */
  timing(): MiddlewareHandler<AppEnv> {
    return async (c, next) => {
      const started = performance.now();
      await next();
      const labels = { method: c.req.method, route: c.req.routePath, status: String(c.res.status) };
      this.#requests.observe(labels, (performance.now() - started) / 1_000);
    };
  }
}

const GAUGES: [keyof VitalSigns, string, string][] = [
  [
    "heartbeatAge",
    "overdue_heartbeat_age_seconds",
    "Since any receiver last proved that pings can be received.",
  ],
  [
    "watermarkLag",
    "overdue_watermark_lag_seconds",
    "How far the evaluation of deadlines lies behind the clock: alerts are late by it.",
  ],
  ["evaluatedAge", "overdue_evaluation_age_seconds", "Since a checker last evaluated deadlines."],
  [
    "deadlineWait",
    "overdue_deadline_wait_seconds",
    "How long the oldest deadline has waited to be evaluated.",
  ],
  ["deliveryWait", "overdue_delivery_wait_seconds", "How long the oldest due delivery has waited."],
  ["deliveriesFailed", "overdue_deliveries_failed", "Deliveries that were given up."],
  ["deadLetters", "overdue_dead_letters", "Deliveries that were given up, and that nobody has dealt with."],
  [
    "selfP50",
    "overdue_self_alert_p50_seconds",
    "From the self-test's deadline to its alert: median of a day.",
  ],
  ["selfP99", "overdue_self_alert_p99_seconds", "The same, 99th percentile."],
  [
    "selfAge",
    "overdue_self_alert_age_seconds",
    "Since the newest such alert arrived; it comes every 5 minutes.",
  ],
  ["outages", "overdue_outages", "Spans on record in which no ping could be received."],
];

/** Gauges of the whole instance, read from the database when Prometheus asks; unknown ones are left out. */
export function addVitalGauges(registry: Registry, read: () => Promise<VitalSigns>): void {
  let asked: Promise<VitalSigns | null> | null = null;
  // All gauges of one scrape share one query.
  const readOnce = () => {
    asked ??= read()
      .catch(() => null)
      .finally(() => setImmediate(() => (asked = null)));
    return asked;
  };
  for (const [sign, name, help] of GAUGES) {
    const readSign = async () => (await readOnce())?.[sign] ?? null;
    addGauge(registry, { name, help, read: readSign });
    const old = RENAMED_GAUGES[name];
    const deprecated = `Deprecated, for one release: the old name of ${name}.`;
    if (old !== undefined) addGauge(registry, { name: old, help: deprecated, read: readSign });
  }
}

type GaugeReading = { name: string; help: string; read: () => Promise<number | null> };

function addGauge(registry: Registry, { name, help, read }: GaugeReading): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

/** Pings that did not count, by reason; those that named nobody's check or key are among them. */
export function addRefusedCounter(registry: Registry, counts: ReadonlyMap<string, number>): void {
  new Counter({
    name: "overdue_pings_refused_total",
    help: "Pings that were refused or ignored, by reason.",
    labelNames: ["reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of counts) this.inc({ reason }, count);
    },
  });
}

/** Adds what this process keeps on its disk because the database did not take it. */
export function addKeptGauges(
  registry: Registry,
  kept: () => { bytes: number; since: number | null; pings: number },
): void {
  new Gauge({
    name: "overdue_spool_bytes",
    help: "Pings on this machine's disk that wait until the database takes them.",
    registers: [registry],
    collect() {
      this.set(kept().bytes);
    },
  });
  new Gauge({
    name: "overdue_spool_age_seconds",
    help: "Since the oldest of these was received; 0 while none waits.",
    registers: [registry],
    collect() {
      const { since } = kept();
      this.set(since === null ? 0 : Math.max(0, (Date.now() - since) / 1_000));
    },
  });
  new Gauge({
    name: "overdue_spool_pings",
    help: "How many pings this process has kept on its disk since it started.",
    registers: [registry],
    collect() {
      this.set(kept().pings);
    },
  });
}

/** How far this machine's clock lies behind the database's, which decides. */
export function addSkewGauge(registry: Registry, skewMs: () => number): void {
  new Gauge({
    name: "overdue_clock_skew_seconds",
    help: "The database's clock less this machine's; past a second it is corrected for.",
    registers: [registry],
    collect() {
      this.set(skewMs() / 1_000);
    },
  });
}
