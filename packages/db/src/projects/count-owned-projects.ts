import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, projects } from "../schema/index.ts";

/** The number of projects that a person owns, alone or with others; deleted projects do not count. */
export async function countOwnedProjects(db: Db, userId: string): Promise<number> {
  const rows = await db
    .select({ id: projects.id })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(members.userId, userId), eq(members.role, "owner"), isNull(projects.deletedAt)));
  return rows.length;
}
