import { recentOutages } from "@overdue/db";
import { z } from "zod";

import { InProject } from "../http/params.ts";
import { createRouter, json, route } from "../http/route.ts";
import { Timestamp, iso } from "../http/time.ts";

const LISTED_MAX = 100;
const Outage = z.object({ startedAt: Timestamp, endedAt: Timestamp }).meta({ id: "Outage" });

/** When Overdue itself could not receive; nothing was judged then. */
export const outageRoutes = createRouter().openapi(
  route(
    { auth: "project", role: "viewer", key: "read" },
    {
      method: "get",
      path: "/v1/projects/{projectId}/outages",
      summary: "List outages of Overdue itself",
      description: "Spans in which no ping could be received. Nothing was judged in them.",
      tags: ["History"],
      request: { params: InProject },
      responses: { 200: json(z.object({ items: z.array(Outage) }), "The newest 100, newest first.") },
    },
  ),
  async (c) => {
    const outages = await recentOutages(c.var.deps.pool);
    const newest = outages.slice(-LISTED_MAX).toReversed();
    const items = newest.map(({ from, until }) => ({
      startedAt: iso(new Date(from)),
      endedAt: iso(new Date(until)),
    }));
    return c.json({ items }, 200);
  },
);
