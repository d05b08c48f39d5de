import { OpenAPIHono } from "@hono/zod-openapi";

import { badgeEndpoints } from "./badges/badge-endpoints.ts";
import { channelEndpoints } from "./channel-endpoints.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import { serve } from "./endpoint.ts";
import type { FaceEnv } from "./face-env.ts";
import { faceGuard } from "./face-guard.ts";
import { historyEndpoints } from "./history-endpoints.ts";
import { metricsEndpoints } from "./metrics/metrics-endpoints.ts";
import { statusEndpoints } from "./status-endpoints.ts";

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
  for (const endpoint of endpoints) serve(router, endpoint);
  router.all("/api/:version{v[123]}/*", faceGuard({ auth: "public" }, {}), (c) => c.body(null, 404));
  return router;
}
