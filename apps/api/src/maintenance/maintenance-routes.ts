import { listWindows } from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { expectedVersion, withETag } from "../http/edits.ts";
import { PageQuery, pageSchema, readCursor, toPage } from "../http/page.ts";
import { resource } from "../http/resource.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, OfWindow } from "../http/schemas.ts";
import {
  addWindow,
  changeWindow,
  readWindow,
  removeWindow,
  restoreDeletedWindow,
  startWindow,
  stopWindows,
} from "./save-window.ts";
import { StartInput, WindowInput, WindowPatch, WindowView, windowView } from "./window-view.ts";

const tags = ["Maintenance"];
const StopInput = z
  .strictObject({ name: z.string().trim().min(1).max(100).optional() })
  .meta({ id: "MaintenanceStop", description: "Without a name every window that lasts now is stopped." });

const windows = resource({
  path: "/v1/projects/{projectId}/maintenance",
  id: "windowId",
  params: OfWindow,
  access: READ,
  noun: "maintenance window",
  nouns: "maintenance windows",
  tag: "Maintenance",
  query: PageQuery,
  order: "Windows, oldest first; past ones for a while too.",
  view: WindowView,
  saved: WindowView,
  input: WindowInput,
  patch: WindowPatch,
  descriptions: {
    create:
      "Once, weekly or by a cron expression. A deadline inside moves to the end plus the grace. Slots inside are excluded, and a failure inside is recorded without an alert.",
    edit: "Writes only the fields that are sent. Slots that were decided already stay as they are.",
    remove:
      "As if it had never been planned; slots that were excluded stay excluded. To end a window that lasts now, stop it.",
    restore: "Within 30 days; it is the same window again.",
  },
});

export const maintenanceRoutes = createRouter()
  .openapi(windows.list, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const { db, now } = c.var.deps;
    const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
    const rows = await listWindows(db, c.req.valid("param").projectId, from);
    const page = toPage(rows, limit, (last) => last.id);
    return c.json({ ...page, items: page.items.map((row) => windowView(row, now())) }, 200);
  })
  .openapi(windows.create, async (c) => {
    const view = await addWindow(c, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, view), 201);
  })
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/start",
      summary: "Start maintenance now",
      description:
        "For a deploy script. The window ends by itself after so many minutes, or when it is stopped by its name.",
      tags,
      request: { params: InProject, body: body(StartInput) },
      responses: { 201: json(WindowView, "The window; it holds already.") },
    }),
    async (c) => {
      const view = await startWindow(c, c.req.valid("param").projectId, c.req.valid("json"));
      return c.json(withETag(c, view), 201);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/stop",
      summary: "Stop maintenance now",
      description: "Ends the windows that last now. Later spans of a recurring window stay planned.",
      tags,
      request: { params: InProject, body: body(StopInput) },
      responses: { 200: json(pageSchema(WindowView), "The windows that were stopped.") },
    }),
    async (c) => {
      const { name } = c.req.valid("json");
      const isMeant = (row: { name: string }) => name === undefined || row.name === name;
      const items = await stopWindows(c, c.req.valid("param").projectId, isMeant);
      return c.json({ items, next: null }, 200);
    },
  )
  .openapi(windows.read, async (c) => {
    const view = await readWindow(c, c.req.valid("param"));
    return c.json(withETag(c, view), 200);
  })
  .openapi(windows.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const view = await changeWindow(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
    return c.json(withETag(c, view), 200);
  })
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/maintenance/{windowId}/stop",
      summary: "Stop one maintenance window now",
      description: "Ends the span that lasts now; where none does, nothing happens.",
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
  .openapi(windows.remove, async (c) => {
    await removeWindow(c, c.req.valid("param"));
    return c.body(null, 204);
  })
  .openapi(windows.restore, async (c) => {
    const view = await restoreDeletedWindow(c, c.req.valid("param"));
    return c.json(withETag(c, view), 200);
  });
