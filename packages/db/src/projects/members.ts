import { and, asc, eq, gt, isNull, ne } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import { revokeKeysMadeBy } from "../keys/keys.ts";
import { type memberRole, members, projects, users } from "../schema/index.ts";

/** The person's role in a project; null if they are no member, or the project is deleted or unknown. */
export async function findRole(db: Db, { projectId, userId }: { projectId: string; userId: string }) {
  const [found] = await db
    .select({ role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(members.projectId, projectId), eq(members.userId, userId), isNull(projects.deletedAt)));
  return found?.role ?? null;
}

const COLUMNS = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: members.role,
  since: members.createdAt,
};

/** The members of a project, ordered by e-mail address; `after`: the last address of the page before. */
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

type Member = typeof members.$inferInsert;

/** Makes a person a member of a project, or changes the role they have there. */
export async function addMember(db: Db | Tx, member: Member): Promise<void> {
  const target = [members.projectId, members.userId];
  await db
    .insert(members)
    .values(member)
    .onConflictDoUpdate({ target, set: { role: member.role } });
}

export type MemberRole = (typeof memberRole.enumValues)[number];

/** The change would leave the project without an owner. */
export class LastOwner extends Error {}

/**
 * Gives a member another role. `seen`: the role that the editor saw, null for any. @returns whether there is such a member
 * @throws LastOwner, StaleVersion
 */
export async function changeRole(
  db: Db,
  ref: MemberRef,
  { role, seen }: { role: MemberRole; seen: MemberRole | null },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const before = await lockMember(tx, ref);
    if (before === null) return false;
    if (seen !== null && before !== seen) throw new StaleVersion();
    if (role !== "owner") await requireOtherOwner(tx, ref);
    await tx.update(members).set({ role }).where(isMember(ref));
    return true;
  });
}

/**
 * Removes a member. `endKeys`: revokes the API keys that the person created. @returns whether there was such a member
 * @throws LastOwner
 */
export async function removeMember(
  db: Db,
  ref: MemberRef,
  { endKeys }: { endKeys: boolean },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await lockMember(tx, ref)) === null) return false;
    await requireOtherOwner(tx, ref);
    await tx.delete(members).where(isMember(ref));
    if (endKeys) await revokeKeysMadeBy(tx, ref);
    return true;
  });
}

// The project's row is locked first, so that two owners cannot remove each other at once.
async function lockMember(tx: Tx, ref: MemberRef): Promise<MemberRole | null> {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, ref.projectId)).for("update");
  const [found] = await tx.select({ role: members.role }).from(members).where(isMember(ref));
  return found?.role ?? null;
}

async function requireOtherOwner(tx: Tx, { projectId, userId }: MemberRef): Promise<void> {
  const others = await tx
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.role, "owner"), ne(members.userId, userId)))
    .limit(1);
  if (others.length === 0) throw new LastOwner();
}

function isMember({ projectId, userId }: MemberRef) {
  return and(eq(members.projectId, projectId), eq(members.userId, userId));
}
