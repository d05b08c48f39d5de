import { canonicalTimezone } from "@overdue/schedules";
import { acknowledgeIncident, noteIncident, snoozeIncident, unacknowledgeIncident } from "@overdue/db";
import { z } from "zod";

import { WRITE } from "../http/access.ts";
import { OfIncident } from "../http/params.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { IncidentDetail } from "./incident-views.ts";
import { afterAct, endOfSnooze, whoActs } from "./incident-verbs.ts";

const tags = ["Incidents"];

const SnoozeInput = z
  .union([
    z.strictObject({
      for: z.enum(["30m", "2h", "tomorrow", "recovery"], {
        error: "Say for how long: 30m, 2h, tomorrow (9:00) or recovery.",
      }),
      timezone: z
        .string()
        .refine(
          (name) => canonicalTimezone(name) !== null,
          "There is no such time zone: use one such as Europe/Berlin.",
        )
        .optional()
        .meta({ description: "For tomorrow 9:00; without it the project's." }),
    }),
    z.strictObject({ until: z.iso.datetime({ offset: true }) }),
  ])
  .meta({ id: "Snooze" });

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
      description:
        "Somebody looks after it: no escalation, no reminder. One that is acknowledged stays as it is.",
      tags,
      request: { params: OfIncident },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const who = { by: await whoActs(c), at: c.var.deps.now() };
      return c.json(await afterAct(c, ref, await acknowledgeIncident(c.var.deps.pool, ref, who)), 200);
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
      const who = { by: await whoActs(c), at: c.var.deps.now() };
      return c.json(await afterAct(c, ref, await unacknowledgeIncident(c.var.deps.pool, ref, who)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/snooze",
      summary: "Snooze an incident",
      description: "Nobody is told of it until then. Its recovery is told all the same.",
      tags,
      request: { params: OfIncident, body: body(SnoozeInput) },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const until = await endOfSnooze(c, ref.projectId, c.req.valid("json"));
      const who = { by: await whoActs(c), at: c.var.deps.now() };
      return c.json(
        await afterAct(c, ref, await snoozeIncident(c.var.deps.pool, ref, { ...who, until })),
        200,
      );
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/incidents/{incidentId}/notes",
      summary: "Add a note to an incident",
      description: "Also to one that is over.",
      tags,
      request: { params: OfIncident, body: body(NoteInput) },
      responses: answers,
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { text } = c.req.valid("json");
      const who = { by: await whoActs(c), at: c.var.deps.now() };
      return c.json(await afterAct(c, ref, await noteIncident(c.var.deps.pool, ref, { ...who, text })), 200);
    },
  );
