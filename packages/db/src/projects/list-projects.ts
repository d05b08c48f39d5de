import { and, asc, eq, gt, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, projects } from "../schema/index.ts";

const AT_MOST = 500;

const COLUMNS = {
  id: projects.id,
  name: projects.name,
  pingKey: projects.pingKey,
  timezone: projects.timezone,
  version: projects.version,
  createdAt: projects.createdAt,
  role: members.role,
};

/** The projects of a person, oldest first, with the role in each; from after the project `after`. */
export async function listProjects(
  db: Db,
  userId: string,
  { limit, after }: { limit: number; after: string | null } = { limit: AT_MOST, after: null },
) {
  return await db
    .select(COLUMNS)
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(
      and(
        eq(members.userId, userId),
        isNull(projects.deletedAt),
        after === null ? undefined : gt(projects.id, after),
      ),
    )
    .orderBy(asc(projects.id))
    .limit(limit);
}
