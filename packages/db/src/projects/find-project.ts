import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";

export type ProjectRow = typeof projects.$inferSelect;

/** A project that is there, or null. */
export async function findProject(db: Db, projectId: string): Promise<ProjectRow | null> {
  const [found] = await db
    .select()
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)));
  return found ?? null;
}
