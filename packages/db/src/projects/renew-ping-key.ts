import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";
import { newPingKey } from "../secrets/api-key.ts";
import type { ProjectRow } from "./find-project.ts";

/** Gives the project another ping key; slug ping URLs with the old one end at once. */
export async function renewPingKey(db: Db, projectId: string): Promise<ProjectRow | null> {
  const [renewed] = await db
    .update(projects)
    .set({ pingKey: newPingKey() })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning();
  return renewed ?? null;
}
