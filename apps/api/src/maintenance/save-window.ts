import { maintenanceAt, ruleOf } from "@overdue/core";
import {
  applyWindows,
  createWindow,
  deleteWindow,
  editWindow,
  findNamed,
  findWindow,
  listWindows,
  restoreWindow,
  type WindowRef,
  type WindowRow,
} from "@overdue/db";
import type { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { recordChange, runAfterCommit } from "../http/audit.ts";
import { requireFound } from "../http/edits.ts";
import { actorName } from "../incidents/incident-actions.ts";
import {
  type StartInput,
  type WindowInput,
  type WindowPatch,
  type WindowView,
  windowView,
} from "./window-view.ts";

const MINUTE_MS = 60_000;
const READ_AT_ONCE = 5_000;

/** @throws 404 */
export async function readWindow(c: AppContext, ref: WindowRef): Promise<WindowView> {
  const row = requireFound("maintenance window", await findWindow(c.var.deps.db, ref));
  return windowView(row, c.var.deps.now());
}

/** Stores a window and lets its checks know before it answers. */
export async function addWindow(
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
export async function changeWindow(
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
export async function removeWindow(c: AppContext, ref: WindowRef): Promise<void> {
  requireFound("maintenance window", await deleteWindow(c.var.deps.db, ref));
  applyToChecks(c, ref.projectId);
}

/** Undoes a deletion. @throws 404 */
export async function restoreDeletedWindow(c: AppContext, ref: WindowRef): Promise<WindowView> {
  requireFound("maintenance window", await restoreWindow(c.var.deps.db, ref));
  applyToChecks(c, ref.projectId);
  return await readWindow(c, ref);
}

/** Creates a window that begins now and lasts so many minutes. */
export async function startWindow(
  c: AppContext,
  projectId: string,
  { minutes, name, tags, checkIds, checks }: z.infer<typeof StartInput>,
): Promise<WindowView> {
  const { db, now } = c.var.deps;
  const from = now();
  const rule = { kind: "once", from, until: from + minutes * MINUTE_MS } as const;
  const named = await findNamed(db, projectId, checks);
  const parts = { name, rule, tags, checkIds: [...checkIds, ...named], createdBy: await actorName(c) };
  return createdView(c, await createWindow(db, projectId, parts));
}

/** Ends the spans that last now, of the windows that `isMeant` says. Answers those windows. */
export async function stopWindows(
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
