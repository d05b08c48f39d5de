import { listQuarantined, releaseInProject } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { InProject, iso, pickFields, Timestamp } from "../http/schemas.ts";

const QuarantinedView = z
  .object({
    id: z.uuid().meta({ description: "Of the check, the incident or the delivery." }),
    kind: z.enum(["check", "incident", "delivery"]).meta({
      description:
        "check: it cannot be evaluated, so a missed deadline is not noticed. incident: whom to notify cannot be decided. delivery: the process that sends it ended each time.",
    }),
    checkId: z.uuid().nullable(),
    channelId: z.uuid().nullable().meta({ description: "Of a delivery." }),
    name: z.string().meta({ description: "Of the check, or of the delivery's channel." }),
    attempts: z.int(),
    since: Timestamp,
    until: Timestamp.meta({ description: "When it is tried again by itself." }),
    reason: z.string(),
  })
  .meta({ id: "Quarantined" });

const tags = ["Deliveries"];

/** What Overdue cannot work on, and has put aside so that it stops nothing else. */
export const quarantineRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/quarantine",
      summary: "List what is put aside",
      description:
        "Checks that cannot be evaluated, incidents whose notifications cannot be planned, and deliveries at which their process ended each time, the oldest first, 100 at most. Everything else goes on. Ideally there are none.",
      tags,
      request: { params: InProject },
      responses: { 200: json(z.object({ items: z.array(QuarantinedView) }), "What is put aside.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const rows = await listQuarantined(c.var.deps.db, projectId);
      const items = rows.map((row) =>
        pickFields(QuarantinedView, { ...row, since: iso(row.since), until: iso(row.until) }),
      );
      return c.json({ items }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/quarantine/{quarantinedId}/release",
      summary: "Try again now what is put aside",
      description: "If its cause is still there, it is put aside again.",
      tags,
      request: { params: InProject.extend({ quarantinedId: z.uuid() }) },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const done = await releaseInProject(c.var.deps.db, c.req.valid("param"));
      if (!done) throw ApiError.notFound("check, incident or delivery that is put aside");
      return c.body(null, 204);
    },
  );
