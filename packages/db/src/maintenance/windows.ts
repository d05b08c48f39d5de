import type { MaintenanceRule, MaintenanceWindow } from "@overdue/core";
import { and, asc, count, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import { deleteObject, restoreObject } from "../deleted-objects.ts";
import { checks, maintenanceChecks, maintenanceWindows, projects } from "../schema/index.ts";

export type WindowRef = { projectId: string; windowId: string };
export type WindowRow = typeof maintenanceWindows.$inferSelect & { checkIds: string[] };

/** The settings of a maintenance window. Without tags and checks it applies to the whole project. */
export type WindowParts = {
  name: string;
  rule: MaintenanceRule;
  tags: readonly string[];
  checkIds: readonly string[];
};

/** A check of the window is not in this project. */
export class UnknownMaintainedCheck extends Error {}
/** The project has as many windows as it may have. */
export class TooManyWindows extends Error {}

/** How many windows may lie ahead or recur. */
const FUTURE_WINDOWS_MAX = 200;
/** How many windows may be stored, including past ones, which stay while a deadline that was due in them may lie ahead. */
const STORED_WINDOWS_MAX = 5_000;
const KEPT_DAYS = 400;

/** Windows of a project, oldest first. */
export async function listWindows(
  db: Db | Tx,
  projectId: string,
  page: { limit: number; after: string | null },
): Promise<WindowRow[]> {
  const rows = await db
    .select()
    .from(maintenanceWindows)
    .where(
      and(
        eq(maintenanceWindows.projectId, projectId),
        page.after === null ? undefined : gt(maintenanceWindows.id, page.after),
      ),
    )
    .orderBy(asc(maintenanceWindows.id))
    .limit(page.limit);
  return await withChecks(db, rows);
}

/** One window, or null. */
export async function findWindow(db: Db | Tx, ref: WindowRef): Promise<WindowRow | null> {
  const rows = await db.select().from(maintenanceWindows).where(isWindow(ref));
  const [row] = await withChecks(db, rows);
  return row ?? null;
}

/** Stores a window; call `applyWindows` afterwards. @throws UnknownMaintainedCheck, TooManyWindows */
export async function createWindow(
  db: Db,
  projectId: string,
  { createdBy, ...parts }: WindowParts & { createdBy: string },
): Promise<WindowRow> {
  const { name, rule, tags, checkIds } = parts;
  return await db.transaction(async (tx) => {
    await lockProject(tx, projectId);
    await deleteOld(tx, projectId);
    await refuseTooMany(tx, projectId);
    const [row] = await tx
      .insert(maintenanceWindows)
      .values({ projectId, name, rule, tags: [...tags], forAll: isForAll(parts), createdBy })
      .returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    await linkChecks(tx, { projectId, windowId: row.id }, checkIds);
    return { ...row, checkIds: [...checkIds] };
  });
}

/** Writes the given fields. @returns whether there is such a window. @throws StaleVersion, UnknownMaintainedCheck */
export async function editWindow(
  db: Db,
  ref: WindowRef,
  { version, checkIds, ...parts }: Partial<WindowParts> & { version: number | null; stoppedAt?: Date },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await lockProject(tx, ref.projectId);
    const { tags, ...rest } = parts;
    const [row] = await tx
      .update(maintenanceWindows)
      .set({
        ...rest,
        ...(tags !== undefined && { tags: [...tags] }),
        ...(parts.rule !== undefined && { stoppedAt: null }),
        version: sql`${maintenanceWindows.version} + 1`,
      })
      .where(isWindow(ref))
      .returning({ version: maintenanceWindows.version });
    if (row === undefined) return false;
    if (version !== null && row.version !== version + 1) throw new StaleVersion();
    if (checkIds !== undefined) await linkChecks(tx, ref, checkIds);
    if (checkIds !== undefined || tags !== undefined) await setForAll(tx, ref);
    return true;
  });
}

/** Deletes a window as if it had never existed; it can be restored for 30 days. @returns whether there was such a window */
export async function deleteWindow(db: Db, { projectId, windowId }: WindowRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await lockProject(tx, projectId);
    const links = await tx
      .select({ checkId: maintenanceChecks.checkId })
      .from(maintenanceChecks)
      .where(eq(maintenanceChecks.windowId, windowId));
    const checkIds = links.map(({ checkId }) => checkId);
    return await deleteObject(tx, "window", { projectId, id: windowId, checkIds });
  });
}

/** Undoes a deletion. @returns whether there was one @throws TooManyWindows */
export async function restoreWindow(db: Db, { projectId, windowId }: WindowRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await lockProject(tx, projectId);
    await refuseTooMany(tx, projectId);
    const checkIds = await restoreObject(tx, "window", { projectId, id: windowId });
    if (checkIds === null) return false;
    const existing = await tx
      .select({ id: checks.id })
      .from(checks)
      .where(and(eq(checks.projectId, projectId), inArray(checks.id, [...checkIds])));
    const ids = existing.map(({ id }) => id);
    if (ids.length > 0)
      await tx.insert(maintenanceChecks).values(ids.map((checkId) => ({ projectId, windowId, checkId })));
    return true;
  });
}

/**
 * Copies to a check the windows that apply to it, inside the transaction that created it or changed its tags. @returns the
 * windows, which the caller folds
 */
export async function windowsFor(
  tx: Db | Tx,
  { projectId, checkId }: { projectId: string; checkId: string },
): Promise<MaintenanceWindow[]> {
  const [row] = await tx
    .select({ id: checks.id, tags: checks.tags, maintenance: checks.maintenance })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), eq(checks.id, checkId)));
  if (row === undefined || (row.maintenance === null && !(await hasWindows(tx, projectId)))) return [];
  const windows = (await windowsByCheck(tx, projectId))(row);
  const stored = windows.length === 0 ? null : windows;
  await tx.update(checks).set({ maintenance: stored }).where(eq(checks.id, checkId));
  return windows;
}

async function hasWindows(tx: Db | Tx, projectId: string): Promise<boolean> {
  const [found] = await tx
    .select({ id: maintenanceWindows.id })
    .from(maintenanceWindows)
    .where(eq(maintenanceWindows.projectId, projectId))
    .limit(1);
  return found !== undefined;
}

/** Returns a function that gives the windows of a check of the project. */
export async function windowsByCheck(
  db: Db | Tx,
  projectId: string,
): Promise<(check: { id: string; tags: string }) => MaintenanceWindow[]> {
  const rowsOf = await windowRowsByCheck(db, projectId);
  return (check) =>
    rowsOf(check).map(({ rule, stoppedAt }) => ({ rule, stoppedAt: stoppedAt?.getTime() ?? null }));
}

/** The same with the windows' rows. */
export async function windowRowsByCheck(
  db: Db | Tx,
  projectId: string,
): Promise<(check: { id: string; tags: string }) => WindowRow[]> {
  const rows = await listWindows(db, projectId, { limit: STORED_WINDOWS_MAX, after: null });
  return ({ id, tags }) => {
    const tagged = tags.split(" ");
    const applies = (row: WindowRow) =>
      row.forAll || row.checkIds.includes(id) || row.tags.some((tag) => tagged.includes(tag));
    return rows.filter(applies);
  };
}

/** The ids of the checks with these ids or slugs. @throws UnknownMaintainedCheck if one does not exist, or several have the slug */
export async function findCheckIds(db: Db, projectId: string, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const wanted = [...new Set(names)];
  const rows = await db
    .select({ id: checks.id, slug: checks.slug })
    .from(checks)
    .where(
      and(
        eq(checks.projectId, projectId),
        isNull(checks.deletedAt),
        or(inArray(sql`${checks.id}::text`, wanted), inArray(checks.slug, wanted)),
      ),
    );
  return wanted.map((name) => {
    const [found, ...others] = rows.filter(({ id, slug }) => id === name || slug === name);
    if (found === undefined || others.length > 0) throw new UnknownMaintainedCheck();
    return found.id;
  });
}

function isForAll({ tags, checkIds }: Pick<WindowParts, "tags" | "checkIds">): boolean {
  return tags.length === 0 && checkIds.length === 0;
}

async function setForAll(tx: Tx, ref: WindowRef): Promise<void> {
  const window = await findWindow(tx, ref);
  if (window === null) return;
  await tx
    .update(maintenanceWindows)
    .set({ forAll: isForAll(window) })
    .where(isWindow(ref));
}

function isWindow({ projectId, windowId }: WindowRef) {
  return and(eq(maintenanceWindows.projectId, projectId), eq(maintenanceWindows.id, windowId));
}

// A check that is created meanwhile waits for this lock, and then reads the new windows. Until they are applied to all
// checks, the new version shows `applyPendingWindows` that they are not.
async function lockProject(tx: Tx, projectId: string): Promise<void> {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId)).for("update");
  await tx
    .update(projects)
    .set({ windowsVersion: sql`${projects.windowsVersion} + 1` })
    .where(eq(projects.id, projectId));
}

async function deleteOld(tx: Tx, projectId: string): Promise<void> {
  await tx
    .delete(maintenanceWindows)
    .where(and(eq(maintenanceWindows.projectId, projectId), isOver(KEPT_DAYS)));
}

async function refuseTooMany(tx: Tx, projectId: string): Promise<void> {
  const [row] = await tx
    .select({ stored: count(), future: sql<number>`count(*) filter (where not ${isOver(0)})::int` })
    .from(maintenanceWindows)
    .where(eq(maintenanceWindows.projectId, projectId));
  if (row !== undefined && (row.future >= FUTURE_WINDOWS_MAX || row.stored >= STORED_WINDOWS_MAX))
    throw new TooManyWindows();
}

/** SQL: whether the window does not recur and ended more than `days` ago. */
function isOver(days: number) {
  const { rule, stoppedAt } = maintenanceWindows;
  return sql`(${rule} ->> 'kind' = 'once' and least(${stoppedAt}, to_timestamp((${rule} ->> 'until')::float8 / 1000))
    < clock_timestamp() - ${days} * interval '1 day')`;
}

async function linkChecks(tx: Tx, ref: WindowRef, checkIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(checkIds)];
  const known = await tx
    .select({ id: checks.id })
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), inArray(checks.id, wanted), isNull(checks.deletedAt)));
  if (known.length < wanted.length) throw new UnknownMaintainedCheck();
  await tx.delete(maintenanceChecks).where(eq(maintenanceChecks.windowId, ref.windowId));
  if (wanted.length > 0)
    await tx.insert(maintenanceChecks).values(wanted.map((checkId) => ({ ...ref, checkId })));
}

async function withChecks(
  db: Db | Tx,
  rows: readonly (typeof maintenanceWindows.$inferSelect)[],
): Promise<WindowRow[]> {
  const ids = rows.map((row) => row.id);
  const links = await db.select().from(maintenanceChecks).where(inArray(maintenanceChecks.windowId, ids));
  const byWindow = Map.groupBy(links, (link) => link.windowId);
  return rows.map((row) => ({ ...row, checkIds: (byWindow.get(row.id) ?? []).map((link) => link.checkId) }));
}
