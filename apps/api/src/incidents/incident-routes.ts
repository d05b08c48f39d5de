import { findIncident, findIncidents, timelineOf } from "@overdue/db";
import { z } from "zod";

import { READ, READ_DETAILS } from "../http/access.ts";
import { seesDetails } from "../http/context.ts";
import { position } from "../history/reading.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject, OfIncident } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import {
  HIDDEN,
  IncidentDetail,
  IncidentSummary,
  summaryOf,
  TimelineView,
  timelineView,
} from "./incident-views.ts";
import { readIncident } from "./incident-verbs.ts";

const tags = ["Incidents"];
const ListQuery = PageQuery.extend({
  state: z.enum(["open", "all"]).default("open"),
  checkId: z.uuid().optional(),
  stormId: z.uuid().optional().meta({ description: "Only those that were told together as this storm." }),
});

export const incidentRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/incidents",
      summary: "List incidents of the project",
      tags,
      request: { params: InProject, query: ListQuery },
      responses: {
        200: json(pageOf(IncidentSummary), "Incidents, newest first; open ones unless asked for all."),
      },
    }),
    async (c) => {
      const { limit, cursor, state, checkId, stormId } = c.req.valid("query");
      const { projectId } = c.req.valid("param");
      const narrowed = {
        ...(checkId !== undefined && { checkId }),
        ...(stormId !== undefined && { stormId }),
      };
      const filter = { projectId, openOnly: state === "open", ...narrowed };
      const rows = await findIncidents(c.var.deps.pool, filter, {
        limit: limit + 1,
        after: position(cursor),
      });
      const page = pageFrom(rows, limit, (last) => [new Date(last.openedAt).toISOString(), last.id]);
      const items = page.items.map(summaryOf);
      return c.json(
        { ...page, items: seesDetails(c.var) ? items : items.map((one) => ({ ...one, ...HIDDEN })) },
        200,
      );
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/incidents/{incidentId}",
      summary: "Read an incident",
      description:
        "Why the check is down, since when, the evidence, and what else is wrong at the same place.",
      tags,
      request: { params: OfIncident },
      responses: { 200: json(IncidentDetail, "The incident.") },
    }),
    async (c) => c.json(await readIncident(c, c.req.valid("param")), 200),
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/timeline",
      summary: "Read the timeline of an incident",
      description: "Changes of status, alerts and what came of them, acknowledgements, snoozes and notes.",
      tags,
      request: { params: OfIncident, query: PageQuery },
      responses: { 200: json(pageOf(TimelineView), "What happened, in its order.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { limit, cursor } = c.req.valid("query");
      const { pool } = c.var.deps;
      if ((await findIncident(pool, ref)) === null) throw ApiError.notFound("incident");
      const from = readCursor(cursor, z.int().min(0).max(10_000)) ?? 0;
      const rows = (await timelineOf(pool, ref, from + limit + 1)).slice(from);
      const page = pageFrom(rows, limit, () => from + limit);
      return c.json({ ...page, items: page.items.map(timelineView) }, 200);
    },
  );
