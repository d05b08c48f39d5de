import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import type { MemberRole } from "../projects/roles.ts";
import { organizationMembers, organizations, projects, users } from "../schema/index.ts";

export type OrganizationRow = typeof organizations.$inferSelect;

/** A person in an organization. */
export type OrganizationMemberRef = { organizationId: string; userId: string };

const ORGANIZATIONS_MAX = 200;

/** The organizations that a person has a role in, with that role, oldest first. */
export async function listOrganizations(
  db: Db | Tx,
  userId: string,
): Promise<(OrganizationRow & { role: MemberRole })[]> {
  const rows = await db
    .select({ organization: organizations, role: organizationMembers.role })
    .from(organizationMembers)
    .innerJoin(organizations, eq(organizations.id, organizationMembers.organizationId))
    .where(and(eq(organizationMembers.userId, userId), isNull(organizations.deletedAt)))
    .orderBy(asc(organizations.createdAt), asc(organizations.id))
    .limit(ORGANIZATIONS_MAX);
  return rows.map(({ organization, role }) => ({ ...organization, role }));
}

/** An organization; null if there is none, or it is deleted. */
export async function findOrganization(db: Db | Tx, organizationId: string): Promise<OrganizationRow | null> {
  const [found] = await db.select().from(organizations).where(isThere(organizationId));
  return found ?? null;
}

/** The person's role in an organization; null if they have none, or it is deleted or unknown. */
export async function findOrganizationRole(
  db: Db | Tx,
  { organizationId, userId }: OrganizationMemberRef,
): Promise<MemberRole | null> {
  const [found] = await db
    .select({ role: organizationMembers.role })
    .from(organizationMembers)
    .innerJoin(organizations, eq(organizations.id, organizationMembers.organizationId))
    .where(and(isThere(organizationId), eq(organizationMembers.userId, userId)));
  return found?.role ?? null;
}

/** Creates an organization. `ownerId` becomes its first member; null: it has none, and only API keys use its projects. */
export async function createOrganization(
  db: Db | Tx,
  { name, ownerId }: { name: string; ownerId: string | null },
): Promise<OrganizationRow> {
  return await db.transaction(async (tx) => {
    const [made] = await tx.insert(organizations).values({ name }).returning();
    if (made === undefined) throw new Error("The insert returned no row.");
    if (ownerId !== null) {
      await tx
        .insert(organizationMembers)
        .values({ organizationId: made.id, userId: ownerId, role: "owner" });
    }
    return made;
  });
}

/** The person's own organization: the oldest that they own, or a new one with their name. */
export async function ensureOwnOrganization(tx: Db | Tx, userId: string): Promise<string> {
  const own = (await listOrganizations(tx, userId)).find(({ role }) => role === "owner");
  if (own !== undefined) return own.id;
  const [person] = await tx.select({ name: users.name }).from(users).where(eq(users.id, userId));
  const made = await createOrganization(tx, { name: person?.name || "Personal", ownerId: userId });
  return made.id;
}

/** Renames an organization. `version`: the one the editor saw; null edits whatever is there. @throws StaleVersion */
export async function renameOrganization(
  db: Db,
  organizationId: string,
  { name, version }: { name: string; version: number | null },
): Promise<OrganizationRow | null> {
  const [edited] = await db
    .update(organizations)
    .set({ name, version: sql`${organizations.version} + 1` })
    .where(and(isThere(organizationId), version === null ? undefined : eq(organizations.version, version)))
    .returning();
  if (edited !== undefined) return edited;
  if ((await db.$count(organizations, isThere(organizationId))) > 0) throw new StaleVersion();
  return null;
}

/** The organization has projects, which would be hidden with it. */
export class HasProjects extends Error {}

/**
 * Hides an organization without projects until `restoreOrganization`. @returns whether there was such an organization
 * @throws HasProjects
 */
export async function deleteOrganization(db: Db, organizationId: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const [found] = await tx.select().from(organizations).where(isThere(organizationId)).for("update");
    if (found === undefined) return false;
    const inIt = and(eq(projects.organizationId, organizationId), isNull(projects.deletedAt));
    if ((await tx.$count(projects, inIt)) > 0) throw new HasProjects();
    await tx
      .update(organizations)
      .set({ deletedAt: sql`now()` })
      .where(eq(organizations.id, organizationId));
    return true;
  });
}

/** Undoes the deletion of an organization, for an owner of it. @returns whether there was something to undo */
export async function restoreOrganization(db: Db, ref: OrganizationMemberRef): Promise<boolean> {
  const owned = sql`exists (select from organization_members m
    where m.organization_id = ${organizations.id} and m.user_id = ${ref.userId} and m.role = 'owner')`;
  const restored = await db
    .update(organizations)
    .set({ deletedAt: null })
    .where(and(eq(organizations.id, ref.organizationId), isNotNull(organizations.deletedAt), owned))
    .returning({ id: organizations.id });
  return restored.length > 0;
}

/** The projects of an organization that are not deleted, oldest first. */
export async function listOrganizationProjects(
  db: Db,
  organizationId: string,
): Promise<{ id: string; name: string; createdAt: Date }[]> {
  return await db
    .select({ id: projects.id, name: projects.name, createdAt: projects.createdAt })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), isNull(projects.deletedAt)))
    .orderBy(asc(projects.id));
}

function isThere(organizationId: string) {
  return and(eq(organizations.id, organizationId), isNull(organizations.deletedAt));
}
