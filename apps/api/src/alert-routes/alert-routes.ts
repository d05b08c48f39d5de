import { RouteInput, RoutePatch } from "@overdue/core";
import {
  createRoute,
  deleteRoute,
  editRoute,
  findRoute,
  listRoutes,
  orderRoutes,
  restoreRoute,
} from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { expectedVersion, IfMatch, requireFound, withETag, withTargetErrors } from "../http/edits.ts";
import { InProject, OfRoute } from "../http/schemas.ts";
import { PageQuery, pageSchema, pageInMemory } from "../http/page.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { AlertRouteView, alertRouteView } from "./route-views.ts";

const tags = ["Routes"];
const All = z.object({ items: z.array(AlertRouteView) });
const Order = z
  .strictObject({ ids: z.array(z.uuid()).max(200) })
  .meta({ id: "RouteOrder", description: "Routes not named follow in the order they had." });

export const alertRouteHandlers = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/routes",
      summary: "List routes",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(AlertRouteView), "Routes, in the order in which they are asked.") },
    }),
    async (c) => {
      const rows = await listRoutes(c.var.deps.db, c.req.valid("param").projectId);
      const page = pageInMemory(rows, c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(alertRouteView) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/routes",
      summary: "Create a route",
      tags,
      request: { params: InProject, body: body(RouteInput) },
      responses: { 201: json(AlertRouteView, "The route, after the others.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const row = await withTargetErrors("route", () =>
        createRoute(c.var.deps.db, projectId, c.req.valid("json")),
      );
      return c.json(withETag(c, alertRouteView(row)), 201);
    },
  )
  .openapi(
    route(WRITE, {
      method: "put",
      path: "/v1/projects/{projectId}/routes/order",
      summary: "Order routes",
      tags,
      request: { params: InProject, body: body(Order) },
      responses: { 200: json(All, "All routes, as they stand now.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const rows = await orderRoutes(c.var.deps.db, projectId, c.req.valid("json").ids);
      return c.json({ items: rows.map(alertRouteView) }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/routes/{routeId}",
      summary: "Read a route",
      tags,
      request: { params: OfRoute },
      responses: { 200: json(AlertRouteView, "The route.") },
    }),
    async (c) => {
      const row = requireFound("route", await findRoute(c.var.deps.db, c.req.valid("param")));
      return c.json(withETag(c, alertRouteView(row)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "patch",
      path: "/v1/projects/{projectId}/routes/{routeId}",
      summary: "Edit a route",
      description:
        "Writes only the fields that are sent. Incidents that are open follow it from their next step on.",
      tags,
      request: { params: OfRoute, headers: IfMatch, body: body(RoutePatch) },
      responses: { 200: json(AlertRouteView, "The route as it is now.") },
    }),
    async (c) => {
      const version = expectedVersion(c.req.valid("header"));
      const edit = { fields: c.req.valid("json"), version };
      const row = await withTargetErrors("route", () => editRoute(c.var.deps.db, c.req.valid("param"), edit));
      const view = alertRouteView(requireFound("route", row));
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/routes/{routeId}",
      summary: "Delete a route",
      tags,
      request: { params: OfRoute },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await deleteRoute(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("route");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "editor", key: "write" },
      {
        method: "post",
        path: "/v1/projects/{projectId}/routes/{routeId}/restore",
        summary: "Undo the deletion of a route",
        description: "Within 30 days; it stands again where it stood.",
        tags,
        request: { params: OfRoute },
        responses: { 200: json(AlertRouteView, "The route.") },
      },
    ),
    async (c) => {
      const ref = c.req.valid("param");
      const isBack = await withTargetErrors("route", () => restoreRoute(c.var.deps.db, ref));
      if (!isBack) throw ApiError.notFound("route");
      return c.json(alertRouteView(requireFound("route", await findRoute(c.var.deps.db, ref))), 200);
    },
  );
