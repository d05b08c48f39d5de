import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";

/** The project that its badges name so. */
export async function findProjectByBadgeKey(db: Db, badgeKey: string): Promise<{ id: string } | null> {
  const [found] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.badgeKey, badgeKey), isNull(projects.deletedAt)));
  return found ?? null;
}
