import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";
import type { ProjectRow } from "./find-project.ts";

export async function renameProject(db: Db, projectId: string, name: string): Promise<ProjectRow | null> {
  const [renamed] = await db
    .update(projects)
    .set({ name })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning();
  return renamed ?? null;
}
