import { and, asc, eq, gt, isNull, ne, sql } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import { endInvitationsBy } from "../invitations/invitations.ts";
import { type KeyRow, listKeysMadeBy, revokeKeysMadeBy } from "../keys/keys.ts";
import { LastOwner, type Removal } from "../projects/members.ts";
import type { MemberRole } from "../projects/roles.ts";
import { organizationMembers, organizations, projects, users } from "../schema/index.ts";
import type { OrganizationMemberRef } from "./organizations.ts";

export type OrganizationMemberRow = {
  userId: string;
  name: string;
  email: string;
  role: MemberRole;
  since: Date;
};

const COLUMNS = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: organizationMembers.role,
  since: organizationMembers.createdAt,
};

/** The members of an organization, ordered by e-mail address; `after`: the last address of the page before. */
export async function listOrganizationMembers(
  db: Db,
  organizationId: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<OrganizationMemberRow[]> {
  return await db
    .select(COLUMNS)
    .from(organizationMembers)
    .innerJoin(users, eq(users.id, organizationMembers.userId))
    .where(
      and(
        eq(organizationMembers.organizationId, organizationId),
        after === null ? undefined : gt(users.email, after),
      ),
    )
    .orderBy(asc(users.email))
    .limit(limit);
}

export async function findOrganizationMember(
  db: Db | Tx,
  ref: OrganizationMemberRef,
): Promise<OrganizationMemberRow | null> {
  const [found] = await db
    .select(COLUMNS)
    .from(organizationMembers)
    .innerJoin(users, eq(users.id, organizationMembers.userId))
    .where(isMember(ref));
  return found ?? null;
}

/** Makes a person a member of an organization, or changes the role they have there; for the operator's commands. */
export async function addOrganizationMember(
  db: Db | Tx,
  member: OrganizationMemberRef & { role: MemberRole },
): Promise<void> {
  const target = [organizationMembers.organizationId, organizationMembers.userId];
  await db
    .insert(organizationMembers)
    .values(member)
    .onConflictDoUpdate({ target, set: { role: member.role } });
}

/**
 * Gives a member another role. `seen`: the role that the editor saw, null for any. @returns whether there is such a member
 * @throws LastOwner, StaleVersion
 */
export async function changeOrganizationRole(
  db: Db,
  ref: OrganizationMemberRef,
  { role, seen }: { role: MemberRole; seen: MemberRole | null },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const before = await lockMember(tx, ref);
    if (before === null) return false;
    if (seen !== null && before !== seen) throw new StaleVersion();
    if (role !== "owner") await requireOtherOwner(tx, ref);
    await tx.update(organizationMembers).set({ role }).where(isMember(ref));
    return true;
  });
}

/**
 * Removes a member; a role of their own in a project stays. What they made is ended in all projects of the organization, as
 * `removal` says. @returns whether there was such a member @throws LastOwner
 */
export async function removeOrganizationMember(
  db: Db,
  ref: OrganizationMemberRef,
  { endKeys, endInvitations }: Removal,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await lockMember(tx, ref)) === null) return false;
    await requireOtherOwner(tx, ref);
    await tx.delete(organizationMembers).where(isMember(ref));
    const projectIds = await projectIdsOf(tx, ref.organizationId);
    for (const projectId of endKeys ? projectIds : []) {
      await revokeKeysMadeBy(tx, { projectId, userId: ref.userId });
    }
    if (endInvitations) {
      await endInvitationsBy(tx, { userId: ref.userId, organizationId: ref.organizationId, projectIds });
    }
    return true;
  });
}

/** The valid keys that a person created in the projects of an organization. */
export async function listOrganizationKeysMadeBy(
  db: Db,
  { organizationId, userId }: OrganizationMemberRef,
): Promise<KeyRow[]> {
  const projectIds = await projectIdsOf(db, organizationId);
  const keys = await Promise.all(projectIds.map((projectId) => listKeysMadeBy(db, { projectId, userId })));
  return keys.flat();
}

async function projectIdsOf(db: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), isNull(projects.deletedAt)));
  return rows.map(({ id }) => id);
}

// The organization's row is locked first, so that two owners cannot remove each other at once.
async function lockMember(tx: Tx, ref: OrganizationMemberRef): Promise<MemberRole | null> {
  await tx.execute(sql`select from ${organizations} where id = ${ref.organizationId} for update`);
  const [found] = await tx
    .select({ role: organizationMembers.role })
    .from(organizationMembers)
    .where(isMember(ref));
  return found?.role ?? null;
}

async function requireOtherOwner(tx: Tx, { organizationId, userId }: OrganizationMemberRef): Promise<void> {
  const others = await tx
    .select({ userId: organizationMembers.userId })
    .from(organizationMembers)
    .where(
      and(
        eq(organizationMembers.organizationId, organizationId),
        eq(organizationMembers.role, "owner"),
        ne(organizationMembers.userId, userId),
      ),
    )
    .limit(1);
  if (others.length === 0) throw new LastOwner();
}

function isMember({ organizationId, userId }: OrganizationMemberRef) {
  return and(eq(organizationMembers.organizationId, organizationId), eq(organizationMembers.userId, userId));
}
