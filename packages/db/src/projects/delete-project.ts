import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, projects } from "../schema/index.ts";

/** Hides a project with all it holds; `restoreProject` brings it back. @returns whether it was there. */
export async function deleteProject(db: Db, projectId: string): Promise<boolean> {
  const hidden = await db
    .update(projects)
    .set({ deletedAt: sql`now()` })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning({ id: projects.id });
  return hidden.length > 0;
}

/** Undoes a deletion, for an owner of the project. @returns whether there was something to undo. */
export async function restoreProject(db: Db, of: { projectId: string; userId: string }): Promise<boolean> {
  const owned = db
    .select({ id: members.projectId })
    .from(members)
    .where(and(eq(members.userId, of.userId), eq(members.role, "owner")));
  const restored = await db
    .update(projects)
    .set({ deletedAt: null })
    .where(and(eq(projects.id, of.projectId), isNotNull(projects.deletedAt), sql`${projects.id} in ${owned}`))
    .returning({ id: projects.id });
  return restored.length > 0;
}
