import { and, asc, eq, gt } from "drizzle-orm";

import type { Db } from "../database.ts";
import { members, users } from "../schema/index.ts";

const COLUMNS = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: members.role,
  since: members.createdAt,
};

/** Who belongs to a project, by e-mail address; `after` is the last one of the page before. */
export async function listMembers(
  db: Db,
  projectId: string,
  { limit, after }: { limit: number; after: string | null },
) {
  return await db
    .select(COLUMNS)
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.projectId, projectId), after === null ? undefined : gt(users.email, after)))
    .orderBy(asc(users.email))
    .limit(limit);
}

export type MemberRow = Awaited<ReturnType<typeof listMembers>>[number];
export type MemberRef = { projectId: string; userId: string };

export async function findMember(db: Db, { projectId, userId }: MemberRef): Promise<MemberRow | null> {
  const [found] = await db
    .select(COLUMNS)
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.projectId, projectId), eq(members.userId, userId)));
  return found ?? null;
}
