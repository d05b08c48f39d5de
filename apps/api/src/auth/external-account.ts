import {
  addMember,
  createLinkedUser,
  createProject,
  findLinkedAccount,
  findRole,
  findUserByEmail,
  hasAnyAccount,
  isAtLeast,
  type Linked,
  linkAccount,
  type MemberRole,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { recordAccountEvent } from "./account-events.ts";
import { FIRST_PROJECT } from "./sign-up.ts";

/** Why somebody who is signed in elsewhere is not let in here. The sign-in page has a sentence for each. */
export type SignInRefusal = "unverified" | "domain" | "taken" | "closed" | "first";

/** A person as a provider or a proxy names them. `email` null: it names none that it has verified. */
export type ExternalIdentity = Linked & {
  email: string | null;
  name: string | null;
  /** Whether the operator lets people of this kind make accounts, whatever REGISTRATION says. */
  mayJoin: boolean;
};
type LocalAccount = { userId: string; email: string };

/**
 * The account of a person who is signed in elsewhere. It is linked to an account that has the same address only if both sides
 * have verified it: somebody else may have registered an address before its owner came.
 */
export async function findOrCreateAccount(
  c: AppContext,
  person: ExternalIdentity,
): Promise<LocalAccount | { refused: SignInRefusal }> {
  const { db, settings } = c.var.deps;
  const { providerId, accountId, email } = person;
  const linked = await findLinkedAccount(db, { providerId, accountId });
  if (linked !== null) return linked;
  if (email === null) return { refused: "unverified" };
  const existing = await findUserByEmail(db, email);
  if (existing !== null) {
    if (!existing.emailVerified) return { refused: "taken" };
    await linkAccount(db, existing.id, { providerId, accountId });
    await recordAccountEvent(c, db, { userId: existing.id, action: "account.linked" });
    return { userId: existing.id, email: existing.email };
  }
  // The first account is the operator's, and needs the setup token.
  if (!(await hasAnyAccount(db))) return { refused: "first" };
  if (!person.mayJoin && settings.registration !== "open") return { refused: "closed" };
  return await create(c, { ...person, email });
}

async function create(c: AppContext, person: ExternalIdentity & { email: string }): Promise<LocalAccount> {
  const { db } = c.var.deps;
  const { email } = person;
  const name = person.name ?? email.split("@")[0] ?? email;
  const userId = await db.transaction(async (tx) => {
    const { providerId, accountId } = person;
    return await createLinkedUser(tx, { providerId, accountId, email, name });
  });
  await createProject(db, { name: FIRST_PROJECT, ownerId: userId });
  await recordAccountEvent(c, db, { userId, action: "account.sign-up" });
  return { userId, email };
}

type Grant = { projectId: string; role: MemberRole };

/** Gives a person the roles that the operator's mapping grants them. A higher role that they have already stays. */
export async function grantRoles(c: AppContext, userId: string, grants: readonly Grant[]): Promise<void> {
  const { db } = c.var.deps;
  for (const { projectId, role } of grants) {
    const before = await findRole(db, { projectId, userId });
    if (before === null || !isAtLeast(before, role)) await addMember(db, { projectId, userId, role });
  }
}

/** The path of the sign-in page, with the reason why the sign-in elsewhere did not let the person in here. */
export function signInProblemPath(why: SignInRefusal | "provider" | "expired" | "header"): string {
  return `/sign-in?problem=${why}`;
}
