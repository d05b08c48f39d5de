import { OpenAPIHono } from "@hono/zod-openapi";

import { badgeEndpoints } from "./badges/badge-endpoints.ts";
import { channelEndpoints } from "./channel-endpoints.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { FaceEnv } from "./face-env.ts";
import { historyEndpoints } from "./history-endpoints.ts";
import { metricsEndpoints } from "./metrics/metrics-endpoints.ts";
import { serve, serveTheRest } from "./serve.ts";
import { statusEndpoints } from "./status-endpoints.ts";

const PREFIXES = [
  "/api/:version{v[123]}/*",
  "/badge/*",
  "/b/*",
  "/projects/:project/metrics/*",
  "/projects/:project/checks/metrics/*",
];

/** What Healthchecks' clients call, apart from pings: its management API, badges and metrics. */
export const healthchecksRoutes = healthchecksRouter();

function healthchecksRouter(): OpenAPIHono<FaceEnv> {
  const router = new OpenAPIHono<FaceEnv>();
  const endpoints = [
    checkEndpoints,
    historyEndpoints,
    channelEndpoints,
    badgeEndpoints,
    metricsEndpoints,
    statusEndpoints,
  ].flat();
  serve(router, endpoints);
  serveTheRest(router, PREFIXES, endpoints);
  return router;
}
