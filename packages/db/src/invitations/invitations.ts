import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";

import { findAccountToken } from "../accounts/accounts.ts";
import type { Db, Tx } from "../database.ts";
import { requireRoomForInvitation, requireRoomForPerson } from "../plans/room.ts";
import { type MemberRole, roleOf, toStoredRole } from "../projects/roles.ts";
import {
  invitations,
  members,
  organizationMembers,
  organizations,
  projectPeople,
  projects,
  users,
} from "../schema/index.ts";

const DAYS_VALID = 3;
const INVITATIONS_MAX = 200;

/** What somebody is invited to. */
export type InvitedTo = { projectId: string } | { organizationId: string };

/** Of `projectId` and `organizationId` one is null: it is an invitation to the other. */
export type InvitationRow = {
  id: string;
  projectId: string | null;
  organizationId: string | null;
  /** Name of the project, or of the organization. */
  name: string;
  email: string;
  role: MemberRole;
  /** E-mail address of the person who invited; null if their account was deleted. */
  invitedBy: string | null;
  createdAt: Date;
  expiresAt: Date;
};

const COLUMNS = {
  id: invitations.id,
  projectId: invitations.projectId,
  organizationId: invitations.organizationId,
  name: sql<string>`coalesce(${projects.name}, ${organizations.name})`,
  email: invitations.email,
  role: roleOf(invitations),
  invitedBy: users.email,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
};

/**
 * Invites an address, stored in lower case. An open invitation of the address is renewed with the new role, for another three
 * days. @returns the invitation's id; null if the address belongs to a member @throws PlanLimitReached
 */
export async function invite(
  tx: Tx,
  { to, email, role, invitedBy }: { to: InvitedTo; email: string; role: MemberRole; invitedBy: string },
): Promise<string | null> {
  const address = email.toLowerCase();
  if (await isIn(tx, to, address)) return null;
  await requireRoomForInvitation(tx, to, address);
  const set = {
    ...toStoredRole(role),
    invitedBy,
    expiresAt: sql`now() + make_interval(days => ${DAYS_VALID})`,
  };
  const [row] = await tx
    .insert(invitations)
    .values({ ...to, ...set, email: address })
    .onConflictDoUpdate({
      target: ["projectId" in to ? invitations.projectId : invitations.organizationId, invitations.email],
      targetWhere: sql`ended_at is null`,
      set,
    })
    .returning({ id: invitations.id });
  return row?.id ?? null;
}

async function isIn(tx: Tx, to: InvitedTo, email: string): Promise<boolean> {
  const found =
    "projectId" in to
      ? await tx
          .select({ id: users.id })
          .from(projectPeople)
          .innerJoin(users, eq(users.id, projectPeople.userId))
          .where(and(eq(projectPeople.projectId, to.projectId), eq(users.email, email)))
      : await tx
          .select({ id: users.id })
          .from(organizationMembers)
          .innerJoin(users, eq(users.id, organizationMembers.userId))
          .where(and(eq(organizationMembers.organizationId, to.organizationId), eq(users.email, email)));
  return found.length > 0;
}

/** The open invitations to a project or an organization, newest first. */
export async function listInvitations(
  db: Db,
  to: InvitedTo,
  { limit, after }: { limit: number; after: string | null },
): Promise<InvitationRow[]> {
  return await select(db)
    .where(and(isOpen(), isTo(to), after === null ? undefined : lt(invitations.id, after)))
    .orderBy(desc(invitations.id))
    .limit(limit);
}

/** The open invitations of an address, newest first; only for a person who has proven to read it. */
export async function listInvitationsFor(db: Db, email: string): Promise<InvitationRow[]> {
  return await select(db)
    .where(and(isOpen(), eq(invitations.email, email.toLowerCase())))
    .orderBy(desc(invitations.id))
    .limit(INVITATIONS_MAX);
}

/** The open invitations that a person made, newest first: to these projects, and to the organization if one is given. */
export async function listInvitationsBy(db: Db, by: Inviter): Promise<InvitationRow[]> {
  return await select(db)
    .where(and(isOpen(), isBy(by)))
    .orderBy(desc(invitations.id))
    .limit(INVITATIONS_MAX);
}

/** Revokes those. */
export async function endInvitationsBy(tx: Tx, by: Inviter): Promise<void> {
  await tx
    .update(invitations)
    .set({ outcome: "revoked", endedAt: sql`now()` })
    .where(and(isBy(by), isNull(invitations.endedAt)));
}

export type Inviter = { userId: string; projectIds: readonly string[]; organizationId?: string };

function isBy({ userId, projectIds, organizationId }: Inviter) {
  return and(
    eq(invitations.invitedBy, userId),
    or(
      projectIds.length === 0 ? undefined : inArray(invitations.projectId, [...projectIds]),
      organizationId === undefined ? undefined : eq(invitations.organizationId, organizationId),
      sql`false`,
    ),
  );
}

/** An open invitation, or null. */
export async function findInvitation(db: Db | Tx, invitationId: string): Promise<InvitationRow | null> {
  const [found] = await select(db).where(and(isOpen(), eq(invitations.id, invitationId)));
  return found ?? null;
}

/** The open invitation to which the token of a link belongs, or null. */
export async function findInvitationByToken(db: Db, token: string): Promise<InvitationRow | null> {
  const found = await findAccountToken(db, "invitation", token);
  const invitationId = found?.invitationId ?? null;
  return invitationId === null ? null : await findInvitation(db, invitationId);
}

/** Ends an open invitation; of two requests at once only one does. @returns whether it was open */
export async function endInvitation(
  db: Db | Tx,
  { invitationId, to }: { invitationId: string; to?: InvitedTo },
  outcome: "accepted" | "declined" | "revoked",
): Promise<boolean> {
  const ended = await db
    .update(invitations)
    .set({ outcome, endedAt: sql`now()` })
    .where(
      and(
        eq(invitations.id, invitationId),
        to === undefined ? undefined : isTo(to),
        isNull(invitations.endedAt),
        outcome === "accepted" ? gt(invitations.expiresAt, sql`now()`) : undefined,
      ),
    )
    .returning({ id: invitations.id });
  return ended.length > 0;
}

/**
 * Makes the person a member with the invitation's role, and ends the invitation. @returns whether it was still open
 * @throws PlanLimitReached
 */
export async function acceptInvitation(
  tx: Tx,
  { invitation, userId }: { invitation: InvitationRow; userId: string },
): Promise<boolean> {
  const { id: invitationId, projectId, organizationId, role } = invitation;
  const to = projectId === null ? { organizationId: organizationId ?? "" } : { projectId };
  await requireRoomForPerson(tx, to, userId);
  if (!(await endInvitation(tx, { invitationId }, "accepted"))) return false;
  if (projectId !== null) {
    await tx
      .insert(members)
      .values({ projectId, userId, ...toStoredRole(role) })
      .onConflictDoNothing();
  }
  if (organizationId !== null)
    await tx.insert(organizationMembers).values({ organizationId, userId, role }).onConflictDoNothing();
  return true;
}

function select(db: Db | Tx) {
  return db
    .select(COLUMNS)
    .from(invitations)
    .leftJoin(projects, and(eq(projects.id, invitations.projectId), isNull(projects.deletedAt)))
    .leftJoin(
      organizations,
      and(eq(organizations.id, invitations.organizationId), isNull(organizations.deletedAt)),
    )
    .leftJoin(users, eq(users.id, invitations.invitedBy));
}

function isTo(to: InvitedTo) {
  return "projectId" in to
    ? eq(invitations.projectId, to.projectId)
    : eq(invitations.organizationId, to.organizationId);
}

/** What it invites to must be there still. */
function isOpen() {
  return and(
    isNull(invitations.endedAt),
    gt(invitations.expiresAt, sql`now()`),
    or(isNotNull(projects.id), isNotNull(organizations.id)),
  );
}
