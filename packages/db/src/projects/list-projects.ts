import { and, asc, eq, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, projects } from "../schema/index.ts";

const AT_MOST = 500;

const COLUMNS = {
  id: projects.id,
  name: projects.name,
  pingKey: projects.pingKey,
  createdAt: projects.createdAt,
  role: members.role,
};

/** The projects of a person, oldest first, with the role in each. */
export async function listProjects(db: Db, userId: string) {
  return await db
    .select(COLUMNS)
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(members.userId, userId), isNull(projects.deletedAt)))
    .orderBy(asc(projects.id))
    .limit(AT_MOST);
}
