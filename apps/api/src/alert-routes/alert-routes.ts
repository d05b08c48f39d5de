import { ReasonInput, RouteInput, RoutePatch, SeverityInput } from "@overdue/core";
import {
  createRoute,
  deleteRoute,
  editRoute,
  findRoute,
  listRoutes,
  orderRoutes,
  restoreRoute,
  type RouteRow,
} from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { pageInMemory, PageQuery } from "../http/page.ts";
import { resource } from "../http/resource.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, iso, OfRoute, STAMPS, Version } from "../http/schemas.ts";

const Targets = z.array(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("channel"), channelId: z.uuid() }),
    z.object({ kind: z.literal("person"), personId: z.uuid() }),
    z.object({ kind: z.literal("on-call"), rotationId: z.uuid() }),
  ]),
);
const HoursView = z.object({
  timezone: z.string(),
  weekdays: z.array(z.int()).meta({ description: "1 is Monday, 7 is Sunday." }),
  from: z.string(),
  to: z.string().meta({ description: "Not later than `from`: on the next day." }),
  outside: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("hold") }),
    z.object({ kind: z.literal("instead"), targets: Targets }),
  ]),
});

const RouteView = z
  .object({
    id: z.uuid(),
    version: Version,
    position: z.int().meta({ description: "Of two routes that would notify one channel, the lower does." }),
    name: z.string(),
    match: z.object({
      tags: z.array(z.string()),
      reasons: z.array(ReasonInput),
      severities: z.array(SeverityInput),
      checkIds: z.array(z.uuid()),
    }),
    notifyOn: z.object({
      changes: z.boolean(),
      failures: z.boolean(),
      runs: z.boolean(),
      notices: z.boolean(),
    }),
    steps: z.array(z.object({ afterMinutes: z.int(), targets: Targets, ifUnacknowledged: z.boolean() })),
    repeatMinutes: z.int().nullable(),
    hours: HoursView.nullable().meta({ description: "Null: at all hours." }),
    recovery: z.boolean(),
    managedBy: z.enum(["config"]).nullable().meta({
      description: "config: a configuration file owns it, and undoes edits.",
    }),
    ...STAMPS,
  })
  .meta({ id: "Route" });

const routes = resource({
  path: "/v1/projects/{projectId}/routes",
  id: "routeId",
  params: OfRoute,
  access: READ,
  noun: "route",
  nouns: "routes",
  tag: "Routes",
  query: PageQuery,
  order: "Routes, in the order in which they are evaluated.",
  view: RouteView,
  saved: RouteView,
  input: RouteInput,
  patch: RoutePatch,
  descriptions: {
    create: "It comes after the other routes.",
    edit: "Writes only the fields that are sent. Open incidents follow it from their next step on.",
    restore: "Within 30 days. It takes its old place among the others.",
  },
});

const order = route(WRITE, {
  method: "put",
  path: "/v1/projects/{projectId}/routes/order",
  summary: "Order routes",
  tags: ["Routes"],
  request: {
    params: InProject,
    body: body(
      z
        .strictObject({ ids: z.array(z.uuid()).max(200) })
        .meta({ id: "RouteOrder", description: "Routes that it leaves out follow in the order they had." }),
    ),
  },
  responses: { 200: json(z.object({ items: z.array(RouteView) }), "All routes in their new order.") },
});

/** The rules that say which incidents notify whom, when, and how often. */
export const alertRouteHandlers = createRouter()
  .openapi(routes.list, async (c) => {
    const rows = await listRoutes(c.var.deps.db, c.req.valid("param").projectId);
    const page = pageInMemory(rows, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(routeView) }, 200);
  })
  .openapi(routes.create, async (c) => {
    const row = await createRoute(c.var.deps.db, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, routeView(row)), 201);
  })
  .openapi(order, async (c) => {
    const { projectId } = c.req.valid("param");
    const rows = await orderRoutes(c.var.deps.db, projectId, c.req.valid("json").ids);
    return c.json({ items: rows.map(routeView) }, 200);
  })
  .openapi(routes.read, async (c) => {
    const row = requireFound("route", await findRoute(c.var.deps.db, c.req.valid("param")));
    return c.json(withETag(c, routeView(row)), 200);
  })
  .openapi(routes.edit, async (c) => {
    const edit = { fields: c.req.valid("json"), version: expectedVersion(c.req.valid("header")) };
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    const before = routeView(requireFound("route", await findRoute(db, ref)));
    const after = routeView(requireFound("route", await editRoute(db, ref, edit)));
    return c.json(withETag(c, recordChange(c, { before, after })), 200);
  })
  .openapi(routes.remove, async (c) => {
    requireFound("route", await deleteRoute(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(routes.restore, async (c) => {
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    requireFound("route", await restoreRoute(db, ref));
    return c.json(withETag(c, routeView(requireFound("route", await findRoute(db, ref)))), 200);
  });

function routeView(row: RouteRow) {
  return RouteView.parse({ ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) });
}
