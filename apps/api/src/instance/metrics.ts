import type { VitalSigns } from "@overdue/db";
import type { MiddlewareHandler } from "hono";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import type { AppEnv } from "../http/context.ts";
import { RENAMED_GAUGES } from "../http/deprecated-names.ts";

/** What the operator sees of this process. Made per process, so that a test can have its own. */
export class Metrics {
  readonly registry = new Registry();
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
