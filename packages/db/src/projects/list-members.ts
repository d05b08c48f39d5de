import { asc, eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, users } from "../schema/index.ts";

const AT_MOST = 500;

/** Who belongs to a project, by name. */
export async function listMembers(db: Db, projectId: string) {
  return await db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      role: members.role,
      since: members.createdAt,
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.projectId, projectId))
    .orderBy(asc(users.name), asc(users.id))
    .limit(AT_MOST);
}
