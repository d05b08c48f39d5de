import type { RouteChange, RouteFields } from "@overdue/core";
import { and, asc, eq, inArray, sql } from "drizzle-orm";

import { type Db, ProjectLimitReached, StaleVersion, type Tx } from "../database.ts";
import { deleteObject, restoreObject } from "../deleted-objects.ts";
import { projects, routes } from "../schema/index.ts";
import { checkTargets } from "./check-targets.ts";

export type RouteRow = typeof routes.$inferSelect;
export type RouteRef = { projectId: string; routeId: string };

const ROUTES_PER_PROJECT_MAX = 200;

/** All routes of a project, in the order in which they are evaluated. */
export async function listRoutes(db: Db | Tx, projectId: string): Promise<RouteRow[]> {
  return await db
    .select()
    .from(routes)
    .where(eq(routes.projectId, projectId))
    .orderBy(asc(routes.position), asc(routes.id));
}

export async function findRoute(db: Db, ref: RouteRef): Promise<RouteRow | null> {
  const [row] = await db.select().from(routes).where(isRoute(ref));
  return row ?? null;
}

/** Adds a route after the others. @throws UnknownTarget, ProjectLimitReached */
export async function createRoute(db: Db, projectId: string, fields: RouteFields): Promise<RouteRow> {
  return await db.transaction(async (tx) => {
    await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId)).for("update");
    await checkTargets(tx, projectId, fields);
    const [{ count, last } = { count: 0, last: 0 }] = await tx
      .select({ count: sql<number>`count(*)`, last: sql<number>`coalesce(max(${routes.position}), 0)` })
      .from(routes)
      .where(eq(routes.projectId, projectId));
    if (count >= ROUTES_PER_PROJECT_MAX) throw new ProjectLimitReached();
    const values = { projectId, ...fields, listens: listens(fields.notifyOn), position: last + 1 };
    const [row] = await tx.insert(routes).values(values).returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    return row;
  });
}

/** Writes the given fields; open incidents follow the new route from their next step on. @throws UnknownTarget, StaleVersion */
export async function editRoute(
  db: Db,
  ref: RouteRef,
  { fields, version }: { fields: RouteChange; version: number | null },
): Promise<RouteRow | null> {
  return await db.transaction(async (tx) => {
    await checkTargets(tx, ref.projectId, fields);
    const [row] = await tx
      .update(routes)
      .set({
        ...fields,
        ...(fields.notifyOn !== undefined && { listens: listens(fields.notifyOn) }),
        version: sql`${routes.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(isRoute(ref))
      .returning();
    if (row === undefined) return null;
    if (version !== null && row.version !== version + 1) throw new StaleVersion();
    return row;
  });
}

/** Deletes a route, which can be restored for 30 days. @returns whether there was one */
export async function deleteRoute(db: Db, { projectId, routeId }: RouteRef): Promise<boolean> {
  return await deleteObject(db, "route", { projectId, id: routeId });
}

/** Undoes a deletion: the route has its former place again. @returns whether there was one @throws ProjectLimitReached */
export async function restoreRoute(db: Db, { projectId, routeId }: RouteRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await restoreObject(tx, "route", { projectId, id: routeId })) === null) return false;
    if ((await tx.$count(routes, eq(routes.projectId, projectId))) > ROUTES_PER_PROJECT_MAX)
      throw new ProjectLimitReached();
    return true;
  });
}

/** Puts the routes of a project in this order; those not named follow in the order they had. */
export async function orderRoutes(db: Db, projectId: string, ids: readonly string[]): Promise<RouteRow[]> {
  return await db.transaction((tx) => orderRoutesIn(tx, projectId, ids));
}

/** The same inside the caller's transaction. */
export async function orderRoutesIn(
  tx: Db | Tx,
  projectId: string,
  ids: readonly string[],
): Promise<RouteRow[]> {
  const present = await tx
    .select({ id: routes.id })
    .from(routes)
    .where(eq(routes.projectId, projectId))
    .orderBy(asc(routes.position), asc(routes.id))
    .for("update");
  const known = new Set(present.map(({ id }) => id));
  const order = [...new Set([...ids.filter((id) => known.has(id)), ...known])];
  const place = sql`array_position(${`{${order.join(",")}}`}::uuid[], ${routes.id})`;
  if (order.length > 0) {
    await tx
      .update(routes)
      .set({ position: place })
      .where(and(eq(routes.projectId, projectId), inArray(routes.id, order)));
  }
  return await listRoutes(tx, projectId);
}

function isRoute({ projectId, routeId }: RouteRef) {
  return and(eq(routes.projectId, projectId), eq(routes.id, routeId));
}

/** Whether a route notifies of more than changes of status. */
export function listens({ failures, runs, notices }: RouteFields["notifyOn"]): boolean {
  return failures || runs || notices;
}
