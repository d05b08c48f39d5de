import {
  acceptInvitation,
  consumeAccountToken,
  endInvitation,
  findAccountToken,
  findInvitation,
  findInvitationByToken,
  findUser,
  insertAuditEntries,
  type InvitationRow,
  type InvitedTo,
  invite,
  isAtLeast,
  listInvitationsFor,
  type MemberRole,
  newAccountToken,
  queueAccountMail,
  type UserRow,
  verifyAddress,
} from "@overdue/db";
import { z } from "zod";

import { EmailInput } from "../auth/account-input.ts";
import { expiredLink } from "../auth/sign-up.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { refuseIfLimited } from "../http/rate-limits.ts";
import { RoleInput } from "../http/schemas.ts";

const ASK_AGAIN = "Ask the person who invited you for another.";

/**
 * Invites an address; nobody becomes a member by it. The answer is the same whether or not the address has an account.
 * @returns the invitation, and its link where no mail carries it. @throws 403, 409, 429
 */
export async function inviteMember(
  c: AppContext,
  to: InvitedTo,
  { email, role }: { email: string; role: MemberRole },
): Promise<{ invitation: InvitationRow; link: string | null }> {
  const { db, limits, settings } = c.var.deps;
  const inviter = await findCaller(c);
  if (c.var.role === null || !isAtLeast(c.var.role, role))
    throw new ApiError(
      "forbidden",
      `role: You cannot invite somebody as ${role}, since your own role is ${c.var.role}.`,
    );
  if (settings.mail && !inviter.emailVerified)
    throw new ApiError(
      "forbidden",
      "Confirm your own address before you invite others: your account page says how.",
    );
  const [place, id] = "projectId" in to ? ["project", to.projectId] : ["organization", to.organizationId];
  refuseIfLimited(c, await limits.invitation(id), `Too many invitations to this ${place}.`);
  if (settings.mail)
    refuseIfLimited(
      c,
      await limits.accountMail(email, "invitation"),
      "Too many invitations to this address.",
    );
  return await db.transaction(async (tx) => {
    const invitationId = await invite(tx, { to, email, role, invitedBy: inviter.id });
    if (invitationId === null)
      throw new ApiError("conflict", "email: This person is a member already; change their role instead.");
    const invitation = await findInvitation(tx, invitationId);
    if (invitation === null) throw ApiError.notFound(place);
    if (settings.mail) {
      await queueAccountMail(tx, { kind: "invitation", email, invitationId });
      return { invitation, link: null };
    }
    const token = await newAccountToken(tx, { purpose: "invitation", email, invitationId });
    return { invitation, link: `${settings.publicUrl}/invitation?token=${token}` };
  });
}

/** The open invitations to the caller's address; none where that address is not proven. */
export async function listMyInvitations(c: AppContext): Promise<InvitationRow[]> {
  const { email, emailVerified } = await findCaller(c);
  return emailVerified ? await listInvitationsFor(c.var.deps.db, email) : [];
}

/** The invitation that a link is for. @throws 404 */
export async function readInvitation(c: AppContext, token: string): Promise<InvitationRow> {
  const invitation = await findInvitationByToken(c.var.deps.db, token);
  if (invitation === null) throw expiredLink(ASK_AGAIN);
  return invitation;
}

/** Declines for the holder of the link, who reads the invited mailbox. @throws 404 */
export async function declineByLink(c: AppContext, token: string): Promise<void> {
  const { id } = await readInvitation(c, token);
  await endInvitation(c.var.deps.db, { invitationId: id }, "declined");
}

type Mine = { invitationId: string; token: string | undefined };

/** Makes the caller a member, if they are the person who was invited. @returns of what. @throws 403, 404 */
export async function acceptMine(c: AppContext, of: Mine): Promise<z.infer<typeof AcceptedView>> {
  const { db, settings, now, clientAddress } = c.var.deps;
  const { invitation, person } = await requireInvited(c, of);
  await db.transaction(async (tx) => {
    if (of.token !== undefined) await consumeAccountToken(tx, "invitation", of.token);
    if (!(await acceptInvitation(tx, { invitation, userId: person.id }))) throw expiredLink(ASK_AGAIN);
    // A link that came by mail proves the mailbox; one that an owner handed over does not.
    if (of.token !== undefined && settings.mail) await verifyAddress(tx, person.id);
    await insertAuditEntries(tx, placeOf(invitation), {
      at: now(),
      actor: { kind: "user", id: person.id },
      address: clientAddress(c),
      action: "invitation.accept",
      object: { id: invitation.id, name: invitation.email },
      fields: [],
    });
  });
  return { projectId: invitation.projectId, organizationId: invitation.organizationId };
}

/** What an invitation is to. */
function placeOf({ projectId, organizationId }: InvitationRow): InvitedTo {
  if (projectId !== null) return { projectId };
  if (organizationId !== null) return { organizationId };
  throw new Error("An invitation is to a project or an organization.");
}

/** What the invitation was to; the other one is null. */
export const AcceptedView = z
  .object({ projectId: z.uuid().nullable(), organizationId: z.uuid().nullable() })
  .meta({ id: "AcceptedInvitation" });

/** @throws 403, 404 */
export async function declineMine(c: AppContext, of: Mine): Promise<void> {
  const { invitation } = await requireInvited(c, of);
  await endInvitation(c.var.deps.db, { invitationId: invitation.id }, "declined");
}

/**
 * The invitation, if it is for the caller: the account has its address, and that address is proven, by the account or
 * by the link of the invitation. For everybody else there is no such invitation. @throws 403, 404
 */
async function requireInvited(
  c: AppContext,
  { invitationId, token }: Mine,
): Promise<{ invitation: InvitationRow; person: UserRow }> {
  const { db } = c.var.deps;
  const person = await findCaller(c);
  const invitation = await findInvitation(db, invitationId);
  const found = token === undefined ? null : await findAccountToken(db, "invitation", token);
  const hasLink = found !== null && found.invitationId === invitationId;
  if (invitation === null || (invitation.email !== person.email && !hasLink))
    throw ApiError.notFound("invitation");
  if (invitation.email !== person.email)
    throw new ApiError("forbidden", `This invitation is for ${invitation.email}: sign in with that account.`);
  if (!person.emailVerified && !hasLink) throw ApiError.notFound("invitation");
  return { invitation, person };
}

async function findCaller(c: AppContext): Promise<UserRow> {
  const person = await findUser(c.var.deps.db, requirePerson(c).userId);
  if (person === null) throw new ApiError("unauthorized", "Sign in.");
  return person;
}

export const InvitationInput = z
  .strictObject({ email: EmailInput, role: RoleInput })
  .meta({ id: "InvitationInput" });
