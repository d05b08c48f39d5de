import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";

import { findAccountToken } from "../accounts/accounts.ts";
import type { Db, Tx } from "../database.ts";
import type { MemberRole } from "../projects/members.ts";
import { invitations, members, projects, users } from "../schema/index.ts";

const DAYS_VALID = 3;
const INVITATIONS_MAX = 200;

export type InvitationRow = {
  id: string;
  projectId: string;
  projectName: string;
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
  projectName: projects.name,
  email: invitations.email,
  role: invitations.role,
  invitedBy: users.email,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
};

/**
 * Invites an address, stored in lower case. An open invitation of the address is renewed with the new role, for another three
 * days. @returns the invitation's id; null if the address belongs to a member
 */
export async function invite(
  tx: Tx,
  {
    projectId,
    email,
    role,
    invitedBy,
  }: { projectId: string; email: string; role: MemberRole; invitedBy: string },
): Promise<string | null> {
  const address = email.toLowerCase();
  const found = await tx
    .select({ id: users.id })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.projectId, projectId), eq(users.email, address)));
  if (found.length > 0) return null;
  const expiresAt = sql`now() + make_interval(days => ${DAYS_VALID})`;
  const [row] = await tx
    .insert(invitations)
    .values({ projectId, email: address, role, invitedBy, expiresAt })
    .onConflictDoUpdate({
      target: [invitations.projectId, invitations.email],
      targetWhere: sql`ended_at is null`,
      set: { role, invitedBy, expiresAt },
    })
    .returning({ id: invitations.id });
  return row?.id ?? null;
}

/** The open invitations of a project, newest first. */
export async function listInvitations(
  db: Db,
  projectId: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<InvitationRow[]> {
  return await select(db)
    .where(
      and(
        isOpen(),
        eq(invitations.projectId, projectId),
        after === null ? undefined : lt(invitations.id, after),
      ),
    )
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
  { invitationId, projectId }: { invitationId: string; projectId?: string },
  outcome: "accepted" | "declined" | "revoked",
): Promise<boolean> {
  const ended = await db
    .update(invitations)
    .set({ outcome, endedAt: sql`now()` })
    .where(
      and(
        eq(invitations.id, invitationId),
        projectId === undefined ? undefined : eq(invitations.projectId, projectId),
        isNull(invitations.endedAt),
        outcome === "accepted" ? gt(invitations.expiresAt, sql`now()`) : undefined,
      ),
    )
    .returning({ id: invitations.id });
  return ended.length > 0;
}

/** Makes the person a member with the invitation's role, and ends the invitation. @returns whether it was still open */
export async function acceptInvitation(
  tx: Tx,
  { invitation, userId }: { invitation: InvitationRow; userId: string },
): Promise<boolean> {
  const { id: invitationId, projectId, role } = invitation;
  if (!(await endInvitation(tx, { invitationId }, "accepted"))) return false;
  await tx.insert(members).values({ projectId, userId, role }).onConflictDoNothing();
  return true;
}

function select(db: Db | Tx) {
  return db
    .select(COLUMNS)
    .from(invitations)
    .innerJoin(projects, and(eq(projects.id, invitations.projectId), isNull(projects.deletedAt)))
    .leftJoin(users, eq(users.id, invitations.invitedBy));
}

function isOpen() {
  return and(isNull(invitations.endedAt), gt(invitations.expiresAt, sql`now()`));
}
