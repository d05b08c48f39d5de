import { listWindows } from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { IfMatch, withETag, expectedVersion } from "../http/edits.ts";
import { PageQuery, toPage, pageSchema, readCursor } from "../http/page.ts";
import { InProject, OfWindow } from "../http/schemas.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  addWindow,
  restoreDeletedWindow,
  changeWindow,
  readWindow,
  removeWindow,
  startWindow,
  stopWindows,
} from "./save-window.ts";
import { StartInput, WindowInput, WindowPatch, WindowView, windowView } from "./window-view.ts";

const tags = ["Maintenance"];
const StopInput = z
  .strictObject({ name: z.string().trim().min(1).max(100).optional() })
  .meta({ id: "MaintenanceStop", description: "Without a name all that lasts now is stopped." });

export const maintenanceRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/maintenance",
      summary: "List maintenance windows",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(WindowView), "Windows, oldest first; past ones for a while too.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const after = readCursor(cursor, z.uuid());
      const { projectId } = c.req.valid("param");
      const rows = await listWindows(c.var.deps.db, projectId, { limit: limit + 1, after });
      const page = toPage(rows, limit, (last) => last.id);
      const now = c.var.deps.now();
      return c.json({ ...page, items: page.items.map((row) => windowView(row, now)) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance",
      summary: "Plan maintenance",
      description:
        "Once, weekly or by a cron expression. A deadline inside waits until the end plus the grace; what is due inside is not judged, and a failure inside is recorded and tells nobody.",
      tags,
      request: { params: InProject, body: body(WindowInput) },
      responses: { 201: json(WindowView, "The window.") },
    }),
    async (c) =>
      c.json(withETag(c, await addWindow(c, c.req.valid("param").projectId, c.req.valid("json"))), 201),
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/start",
      summary: "Start maintenance now",
      description:
        "For a deploy script: it ends by itself after so many minutes, or when it is stopped by its name.",
      tags,
      request: { params: InProject, body: body(StartInput) },
      responses: { 201: json(WindowView, "The window; it holds already.") },
    }),
    async (c) =>
      c.json(withETag(c, await startWindow(c, c.req.valid("param").projectId, c.req.valid("json"))), 201),
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/stop",
      summary: "Stop maintenance now",
      description: "Ends what lasts now. What is due later in a recurring window is not touched.",
      tags,
      request: { params: InProject, body: body(StopInput) },
      responses: { 200: json(pageSchema(WindowView), "What was stopped; nothing where nothing lasted.") },
    }),
    async (c) => {
      const { name } = c.req.valid("json");
      const isMeant = (row: { name: string }) => name === undefined || row.name === name;
      const items = await stopWindows(c, c.req.valid("param").projectId, isMeant);
      return c.json({ items, next: null }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/maintenance/{windowId}",
      summary: "Read a maintenance window",
      tags,
      request: { params: OfWindow },
      responses: { 200: json(WindowView, "The window; its version is the ETag.") },
    }),
    async (c) => {
      const view = await readWindow(c, c.req.valid("param"));
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "patch",
      path: "/v1/projects/{projectId}/maintenance/{windowId}",
      summary: "Edit a maintenance window",
      description: "Writes only the fields that are sent; what was judged stays so.",
      tags,
      request: { params: OfWindow, headers: IfMatch, body: body(WindowPatch) },
      responses: { 200: json(WindowView, "The window as it is now.") },
    }),
    async (c) => {
      const version = expectedVersion(c.req.valid("header"));
      const view = await changeWindow(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/{windowId}/stop",
      summary: "Stop one maintenance window now",
      description: "Ends the span that lasts; where none does, nothing happens.",
      tags,
      request: { params: OfWindow },
      responses: { 200: json(WindowView, "The window as it is now.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      await stopWindows(c, ref.projectId, (row) => row.id === ref.windowId);
      return c.json(withETag(c, await readWindow(c, ref)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/maintenance/{windowId}",
      summary: "Delete a maintenance window",
      description:
        "As if it had not been planned; what was not judged stays so. To end one that lasts, stop it.",
      tags,
      request: { params: OfWindow },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      await removeWindow(c, c.req.valid("param"));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/{windowId}/restore",
      summary: "Undo the deletion of a maintenance window",
      description: "Within 30 days; it is the same window again.",
      tags,
      request: { params: OfWindow },
      responses: { 200: json(WindowView, "The window.") },
    }),
    async (c) => c.json(await restoreDeletedWindow(c, c.req.valid("param")), 200),
  );
