import { MINUTE_MS } from "@overdue/schedules";
import { maintenanceAt, ruleOf } from "@overdue/core";
import {
  applyWindows,
  createWindow,
  deleteWindow,
  editWindow,
  findCheckIds,
  findWindow,
  listWindows,
  restoreWindow,
  type WindowRef,
  type WindowRow,
} from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { recordChange, runAfterCommit } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { resource } from "../http/resource.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, OfWindow, PageQuery, pageSchema, readCursor, toPage } from "../http/schemas.ts";
import { actorName } from "../incidents/incidents.ts";
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

const READ_AT_ONCE = 5_000;

/** @throws 404 */
async function readWindow(c: AppContext, ref: WindowRef): Promise<WindowView> {
  const row = requireFound("maintenance window", await findWindow(c.var.deps.db, ref));
  return windowView(row, c.var.deps.now());
}

/** Stores a window and lets its checks know before it answers. */
async function addWindow(
  c: AppContext,
  projectId: string,
  input: z.infer<typeof WindowInput>,
): Promise<WindowView> {
  const { db } = c.var.deps;
  const { name, rule, tags = [], checkIds = [] } = input;
  const parts = { name, rule: ruleOf(rule), tags, checkIds, createdBy: await actorName(c) };
  const row = await createWindow(db, projectId, parts);
  return createdView(c, row);
}

/** Writes what was sent. @throws 404, 412 */
async function changeWindow(
  c: AppContext,
  ref: WindowRef,
  { patch, version }: { patch: z.infer<typeof WindowPatch>; version: number | null },
): Promise<WindowView> {
  const before = await readWindow(c, ref);
  const { name, rule, tags, checkIds } = patch;
  const edit = {
    ...(name !== undefined && { name }),
    ...(rule !== undefined && { rule: ruleOf(rule) }),
    ...(tags !== undefined && { tags }),
    ...(checkIds !== undefined && { checkIds }),
    version,
  };
  requireFound("maintenance window", await editWindow(c.var.deps.db, ref, edit));
  applyToChecks(c, ref.projectId);
  return recordChange(c, { before, after: await readWindow(c, ref) });
}

/** @throws 404 */
async function removeWindow(c: AppContext, ref: WindowRef): Promise<void> {
  requireFound("maintenance window", await deleteWindow(c.var.deps.db, ref));
  applyToChecks(c, ref.projectId);
}

/** Undoes a deletion. @throws 404 */
async function restoreDeletedWindow(c: AppContext, ref: WindowRef): Promise<WindowView> {
  requireFound("maintenance window", await restoreWindow(c.var.deps.db, ref));
  applyToChecks(c, ref.projectId);
  return await readWindow(c, ref);
}

/** Creates a window that begins now and lasts so many minutes. */
async function startWindow(
  c: AppContext,
  projectId: string,
  { minutes, name, tags, checkIds, checks }: z.infer<typeof StartInput>,
): Promise<WindowView> {
  const { db, now } = c.var.deps;
  const from = now();
  const rule = { kind: "once", from, until: from + minutes * MINUTE_MS } as const;
  const named = await findCheckIds(db, projectId, checks);
  const parts = { name, rule, tags, checkIds: [...checkIds, ...named], createdBy: await actorName(c) };
  return createdView(c, await createWindow(db, projectId, parts));
}

/** Ends the spans that last now, of the windows for which `isMeant` is true. Returns those windows as they are afterwards. */
async function stopWindows(
  c: AppContext,
  projectId: string,
  isMeant: (row: WindowRow) => boolean,
): Promise<WindowView[]> {
  const { db, now } = c.var.deps;
  const at = now();
  const rows = await listWindows(db, projectId, { limit: READ_AT_ONCE, after: null });
  const running = rows.filter((row) => isMeant(row) && isRunning(row, at));
  for (const { id } of running)
    await editWindow(db, { projectId, windowId: id }, { stoppedAt: new Date(at), version: null });
  if (running.length > 0) applyToChecks(c, projectId);
  return running.map((row) => windowView({ ...row, stoppedAt: new Date(at) }, at));
}

function isRunning({ rule, stoppedAt }: WindowRow, at: number): boolean {
  return maintenanceAt([{ rule, stoppedAt: stoppedAt?.getTime() ?? null }], at) !== null;
}

function createdView(c: AppContext, row: WindowRow): WindowView {
  applyToChecks(c, row.projectId);
  return windowView(row, c.var.deps.now());
}

/** Writes the windows that hold now into the project's checks, before the request is answered. */
function applyToChecks(c: AppContext, projectId: string): void {
  runAfterCommit(c, () => applyWindows(c.var.deps.pool, projectId, c.var.deps.now()));
}
