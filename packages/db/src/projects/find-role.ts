import { and, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, projects } from "../schema/index.ts";

/** The person's role in a project that is there; null for a stranger, and for a project that is not. */
export async function findRole(db: Db, of: { projectId: string; userId: string }) {
  const [found] = await db
    .select({ role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(
      and(eq(members.projectId, of.projectId), eq(members.userId, of.userId), isNull(projects.deletedAt)),
    );
  return found?.role ?? null;
}
