import type { MiddlewareHandler } from "hono";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

import type { AppEnv } from "../http/context.ts";

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
      help: "Pages that are open and hear of changes.",
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
