import { and, asc, eq, gt, isNull, ne } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import { endInvitationsBy } from "../invitations/invitations.ts";
import { revokeKeysMadeBy } from "../keys/keys.ts";
import { members, organizationMembers, projectPeople, projects, users } from "../schema/index.ts";
import { isAtLeast, type MemberRole, roleOf, toStoredRole } from "./roles.ts";

/**
 * The person's role in a project: the stronger of the one there and the one in its organization. Null if they have neither, or
 * the project is deleted or unknown.
 */
export async function findRole(
  db: Db,
  { projectId, userId }: { projectId: string; userId: string },
): Promise<MemberRole | null> {
  const [found] = await db
    .select({ role: projectPeople.role })
    .from(projectPeople)
    .innerJoin(projects, eq(projects.id, projectPeople.projectId))
    .where(
      and(
        eq(projectPeople.projectId, projectId),
        eq(projectPeople.userId, userId),
        isNull(projects.deletedAt),
      ),
    );
  return found?.role ?? null;
}

const COLUMNS = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: projectPeople.role,
  /** The role in this project alone; null: they are in it by its organization. */
  ownRole: projectPeople.ownRole,
  since: projectPeople.since,
};

/** The people in a project, ordered by e-mail address; `after`: the last address of the page before. */
export async function listMembers(
  db: Db,
  projectId: string,
  { limit, after }: { limit: number; after: string | null },
) {
  return await db
    .select(COLUMNS)
    .from(projectPeople)
    .innerJoin(users, eq(users.id, projectPeople.userId))
    .where(and(eq(projectPeople.projectId, projectId), after === null ? undefined : gt(users.email, after)))
    .orderBy(asc(users.email))
    .limit(limit);
}

export type MemberRow = Awaited<ReturnType<typeof listMembers>>[number];
export type MemberRef = { projectId: string; userId: string };

export async function findMember(db: Db, { projectId, userId }: MemberRef): Promise<MemberRow | null> {
  const [found] = await db
    .select(COLUMNS)
    .from(projectPeople)
    .innerJoin(users, eq(users.id, projectPeople.userId))
    .where(and(eq(projectPeople.projectId, projectId), eq(projectPeople.userId, userId)));
  return found ?? null;
}

/** Makes a person a member of a project, or changes the role they have there. */
export async function addMember(db: Db | Tx, member: MemberRef & { role: MemberRole }): Promise<void> {
  const { role, ...ref } = member;
  const stored = toStoredRole(role);
  await db
    .insert(members)
    .values({ ...ref, ...stored })
    .onConflictDoUpdate({ target: [members.projectId, members.userId], set: stored });
}

/** The change would leave the project, or the organization, without an owner. */
export class LastOwner extends Error {}

/** The person is in the project by its organization, with this role there, so that a change in the project has no effect. */
export class InByOrganization extends Error {
  readonly role: MemberRole;
  constructor(role: MemberRole) {
    super(`in by the organization, as ${role}`);
    this.role = role;
  }
}

/**
 * Gives a person another role in the project. `seen`: the role that the editor saw, null for any. @returns whether there is
 * such a person @throws InByOrganization where the organization gives them a stronger one; LastOwner, StaleVersion
 */
export async function changeRole(
  db: Db,
  ref: MemberRef,
  { role, seen }: { role: MemberRole; seen: MemberRole | null },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const before = await lockMember(tx, ref);
    if (before === null) return false;
    if (seen !== null && before.role !== seen) throw new StaleVersion();
    if (before.byOrganization !== null && !isAtLeast(role, before.byOrganization))
      throw new InByOrganization(before.byOrganization);
    if (role !== "owner") await requireOtherOwner(tx, ref);
    await addMember(tx, { ...ref, role });
    return true;
  });
}

/** What of a removed person ends with their membership: the API keys, and the open invitations, that they made. */
export type Removal = { endKeys: boolean; endInvitations: boolean };

/** Removes a person from a project. @returns whether they were in it @throws LastOwner, InByOrganization */
export async function removeMember(
  db: Db,
  ref: MemberRef,
  { endKeys, endInvitations }: Removal,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const before = await lockMember(tx, ref);
    if (before === null) return false;
    if (before.byOrganization !== null) throw new InByOrganization(before.byOrganization);
    await requireOtherOwner(tx, ref);
    await tx.delete(members).where(isMember(ref));
    if (endKeys) await revokeKeysMadeBy(tx, ref);
    if (endInvitations) await endInvitationsBy(tx, { userId: ref.userId, projectIds: [ref.projectId] });
    return true;
  });
}

/** The person's role in the project, and the role that its organization gives them. Null: they are not in it. */
async function lockMember(
  tx: Tx,
  ref: MemberRef,
): Promise<{ role: MemberRole; byOrganization: MemberRole | null } | null> {
  // The project's row is locked first, so that two owners cannot remove each other at once.
  const [project] = await tx
    .select({ organizationId: projects.organizationId })
    .from(projects)
    .where(eq(projects.id, ref.projectId))
    .for("update");
  if (project === undefined) return null;
  const [own] = await tx
    .select({ role: roleOf(members) })
    .from(members)
    .where(isMember(ref));
  const [byOrganization] = await tx
    .select({ role: organizationMembers.role })
    .from(organizationMembers)
    .where(
      and(
        eq(organizationMembers.organizationId, project.organizationId),
        eq(organizationMembers.userId, ref.userId),
      ),
    );
  const inherited = byOrganization?.role ?? null;
  if (own === undefined) return inherited === null ? null : { role: inherited, byOrganization: inherited };
  const isOwnStronger = inherited === null || isAtLeast(own.role, inherited);
  return { role: isOwnStronger ? own.role : inherited, byOrganization: inherited };
}

async function requireOtherOwner(tx: Tx, { projectId, userId }: MemberRef): Promise<void> {
  const others = await tx
    .select({ userId: projectPeople.userId })
    .from(projectPeople)
    .where(
      and(
        eq(projectPeople.projectId, projectId),
        eq(projectPeople.role, "owner"),
        ne(projectPeople.userId, userId),
      ),
    )
    .limit(1);
  if (others.length === 0) throw new LastOwner();
}

function isMember({ projectId, userId }: MemberRef) {
  return and(eq(members.projectId, projectId), eq(members.userId, userId));
}
