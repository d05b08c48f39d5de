import type { Instant } from "@overdue/schedules";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import { foldRestored } from "../checks/delete-check.ts";
import { type Db, openDb, type Tx, type Pool } from "../database.ts";
import { endKeptIncidents } from "../deliveries/end-incidents.ts";
import { checks, members, projects } from "../schema/index.ts";

/**
 * Hides a project with all it holds; its checks take no pings and are not evaluated until `restoreProject`. @returns whether
 * it was there.
 */
export async function deleteProject(db: Db, projectId: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const hidden = await tx
      .update(projects)
      .set({ deletedAt: sql`now()` })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning({ id: projects.id });
    if (hidden.length > 0) await endKeptIncidents(tx, { projectId }, { by: "deleted" });
    // The same instant marks what went with the project, apart from what had gone before.
    await tx
      .update(checks)
      .set({ deletedAt: sql`now()`, wakeAt: null })
      .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
    return hidden.length > 0;
  });
}

/** Undoes a deletion, for an owner of the project. @returns whether there was something to undo. */
export async function restoreProject(
  pool: Pool,
  of: { projectId: string; userId: string },
  at: Instant,
): Promise<boolean> {
  const restored = await openDb(pool).transaction((tx) => unhideProject(tx, of));
  if (restored === null) return false;
  for (const checkId of restored.checkIds) {
    await foldRestored(pool, { projectId: of.projectId, checkId }, { deletedAt: restored.deletedAt, at });
  }
  return true;
}

async function unhideProject(tx: Tx, { projectId, userId }: { projectId: string; userId: string }) {
  const [project] = await tx
    .select({ deletedAt: projects.deletedAt })
    .from(projects)
    .innerJoin(members, eq(members.projectId, projects.id))
    .where(
      and(
        eq(projects.id, projectId),
        eq(members.userId, userId),
        eq(members.role, "owner"),
        isNotNull(projects.deletedAt),
      ),
    )
    .for("update", { of: projects });
  const deletedAt = project?.deletedAt ?? null;
  if (deletedAt === null) return null;
  // No checker may evaluate one before it was folded; should that fail, it is evaluated a minute later.
  const found = await tx
    .update(checks)
    .set({ deletedAt: null, wakeAt: sql`greatest(${checks.deadlineAt}, now() + interval '1 minute')` })
    .where(and(eq(checks.projectId, projectId), eq(checks.deletedAt, deletedAt)))
    .returning({ id: checks.id });
  await tx.update(projects).set({ deletedAt: null }).where(eq(projects.id, projectId));
  return { deletedAt: deletedAt.getTime(), checkIds: found.map(({ id }) => id) };
}
