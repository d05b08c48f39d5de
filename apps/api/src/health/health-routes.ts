import { z } from "zod";

import { createRouter, json, route } from "../http/route.ts";

const tags = ["Instance"];
const Live = z.object({ status: z.literal("live") });
const Ready = z.object({
  status: z.literal("ready"),
  warnings: z
    .array(z.string())
    .meta({ description: "What else does not work and only the operator can mend, a sentence each." }),
});
const NotReady = z.object({ status: z.literal("not ready"), reason: z.string() });

export const healthRoutes = createRouter()
  .openapi(
    route(
      { auth: "public", uncounted: true },
      {
        method: "get",
        path: "/health/live",
        summary: "Whether the process runs",
        tags,
        responses: { 200: json(Live, "It runs.") },
      },
    ),
    (c) => c.json({ status: "live" as const }, 200),
  )
  .openapi(
    route(
      { auth: "public", uncounted: true },
      {
        method: "get",
        path: "/health/ready",
        summary: "Whether pings are received and deadlines judged",
        tags,
        responses: { 200: json(Ready, "They are."), 503: json(NotReady, "They are not, and why.") },
      },
    ),
    async (c) => {
      const reason = await c.var.deps.readiness.problem();
      if (reason === null) {
        return c.json({ status: "ready" as const, warnings: [...c.var.deps.readiness.warnings] }, 200);
      }
      return c.json({ status: "not ready" as const, reason }, 503);
    },
  );
