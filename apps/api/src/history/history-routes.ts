import { explainExit } from "@overdue/core";
import { listFlips, listIncidents, listRuns, listSlots } from "@overdue/db";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { seesDetails } from "../http/context.ts";
import { only } from "../http/only.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { OfCheck } from "../http/params.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, isoOrNull } from "../http/time.ts";
import { evidenceView, existing, position } from "./reading.ts";
import { FlipView, IncidentView, RunView, SlotView } from "./views.ts";

const tags = ["History"];

export const historyRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/runs",
      summary: "List runs",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(RunView), "Runs, newest first.") },
    }),
    async (c) => {
      const ref = await existing(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const rows = await listRuns(c.var.deps.db, ref, { limit: limit + 1, after: position(cursor) });
      const page = pageFrom(rows, limit, (last) => [iso(last.heardAt), last.id]);
      const items = page.items.map((run) =>
        only(RunView, {
          ...run,
          host: seesDetails(c.var) ? run.host : null,
          startedAt: isoOrNull(run.startedAt),
          endedAt: isoOrNull(run.endedAt),
          exitMeaning: explainExit(run.exitStatus),
        }),
      );
      return c.json({ ...page, items }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/slots",
      summary: "List slots",
      description: "Expected occurrences of the schedule, and what became of each.",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(SlotView), "Slots, newest first.") },
    }),
    async (c) => {
      const ref = await existing(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const before = readCursor(cursor, z.iso.datetime());
      const at = before === null ? null : new Date(before);
      const rows = await listSlots(c.var.deps.db, ref, { limit: limit + 1, before: at });
      const page = pageFrom(rows, limit, (last) => iso(last.dueAt));
      const items = page.items.map((slot) =>
        only(SlotView, { ...slot, dueAt: iso(slot.dueAt), decidedAt: iso(slot.decidedAt) }),
      );
      return c.json({ ...page, items }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/flips",
      summary: "List changes of status",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(FlipView), "Flips, newest first.") },
    }),
    async (c) => {
      const ref = await existing(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const rows = await listFlips(c.var.deps.db, ref, { limit: limit + 1, after: position(cursor) });
      const page = pageFrom(rows, limit, (last) => [iso(last.at), last.id]);
      const items = page.items.map((flip) =>
        only(FlipView, { ...flip, at: iso(flip.at), detectedAt: iso(flip.detectedAt) }),
      );
      return c.json({ ...page, items }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/incidents",
      summary: "List incidents",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(IncidentView), "Incidents, newest first.") },
    }),
    async (c) => {
      const ref = await existing(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const rows = await listIncidents(c.var.deps.db, ref, { limit: limit + 1, after: position(cursor) });
      const page = pageFrom(rows, limit, (last) => [iso(last.openedAt), last.id]);
      const items = page.items.map((incident) =>
        only(IncidentView, {
          ...incident,
          openedAt: iso(incident.openedAt),
          resolvedAt: isoOrNull(incident.resolvedAt),
          evidence: evidenceView(incident.evidence),
        }),
      );
      return c.json({ ...page, items }, 200);
    },
  );
