import {
  acknowledgeIncident,
  findIncident,
  findIncidents,
  loadTimeline,
  noteIncident,
  snoozeIncident,
  unacknowledgeIncident,
} from "@overdue/db";
import { z } from "zod";

import { eventPosition } from "../history/views.ts";
import { READ, READ_DETAILS, WRITE } from "../http/access.ts";
import { type AppContext, canSeeDetails } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, iso, OfIncident, PageQuery, pageSchema, readCursor, toPage } from "../http/schemas.ts";
import {
  actorName,
  HIDDEN_DETAILS,
  incidentAfter,
  IncidentDetail,
  IncidentSummary,
  readIncident,
  summaryView,
  TimelineView,
  timelineView,
} from "./incidents.ts";
import { snoozeEnd, SnoozeInput } from "./snooze-input.ts";

const tags = ["Incidents"];
const ListQuery = PageQuery.extend({
  state: z.enum(["open", "all"]).default("open"),
  checkId: z.uuid().optional(),
  stormId: z.uuid().optional().meta({ description: "Only those that were reported together as this storm." }),
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
        200: json(
          pageSchema(IncidentSummary),
          "Incidents, newest first; only open ones unless `state` is `all`.",
        ),
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
        after: eventPosition(cursor),
      });
      const page = toPage(rows, limit, (last) => [iso(last.openedAt), last.id]);
      const items = page.items.map(summaryView);
      return c.json(
        {
          ...page,
          items: canSeeDetails(c.var) ? items : items.map((one) => ({ ...one, ...HIDDEN_DETAILS })),
        },
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
      description: "Changes of status, alerts and their results, acknowledgements, snoozes and notes.",
      tags,
      request: { params: OfIncident, query: PageQuery },
      responses: { 200: json(pageSchema(TimelineView), "What happened, oldest first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { limit, cursor } = c.req.valid("query");
      const { pool } = c.var.deps;
      if ((await findIncident(pool, ref)) === null) throw ApiError.notFound("incident");
      const from = readCursor(cursor, z.int().min(0).max(10_000)) ?? 0;
      const rows = (await loadTimeline(pool, ref, from + limit + 1)).slice(from);
      const page = toPage(rows, limit, () => from + limit);
      return c.json({ ...page, items: page.items.map(timelineView) }, 200);
    },
  );

const NoteInput = z
  .strictObject({
    text: z.string().trim().min(1, "Write a note.").max(2_000, "Use at most 2,000 characters."),
  })
  .meta({ id: "Note" });

const answers = { 200: json(IncidentDetail, "The incident as it is now.") };

export const actRoutes = createRouter()
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/acknowledge",
      summary: "Acknowledge an incident",
      description: "Stops escalation and reminders. An incident that is acknowledged already stays as it is.",
      tags,
      request: { params: OfIncident },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const acted = await acknowledgeIncident(c.var.deps.pool, ref, await actor(c));
      return c.json(await incidentAfter(c, ref, acted), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/unacknowledge",
      summary: "Take an acknowledgement back",
      tags,
      request: { params: OfIncident },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const acted = await unacknowledgeIncident(c.var.deps.pool, ref, await actor(c));
      return c.json(await incidentAfter(c, ref, acted), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/snooze",
      summary: "Snooze an incident",
      description: "Nobody is notified of it until then. Its recovery is sent all the same.",
      tags,
      request: { params: OfIncident, body: body(SnoozeInput) },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const until = await snoozeEnd(c, ref.projectId, c.req.valid("json"));
      const acted = await snoozeIncident(c.var.deps.pool, ref, { ...(await actor(c)), until });
      return c.json(await incidentAfter(c, ref, acted), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/notes",
      summary: "Add a note to an incident",
      description: "A resolved incident takes notes too.",
      tags,
      request: { params: OfIncident, body: body(NoteInput) },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { text } = c.req.valid("json");
      const acted = await noteIncident(c.var.deps.pool, ref, { ...(await actor(c)), text });
      return c.json(await incidentAfter(c, ref, acted), 200);
    },
  );

async function actor(c: AppContext): Promise<{ by: string; at: number }> {
  return { by: await actorName(c), at: c.var.deps.now() };
}
