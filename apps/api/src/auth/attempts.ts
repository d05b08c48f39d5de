import { hasSignedInFrom } from "@overdue/db";

import { groupOf, refuseBeyond } from "../http/budget.ts";
import { type AppContext, personOf } from "../http/context.ts";

/**
 * Lets an attempt to sign in through, or holds it back: by its address, and by the account whatever the address. The
 * account's count does not hold back an address that the person is signed in from, so that nobody can lock them out.
 * @throws 429
 */
export async function signingIn<T>(c: AppContext, email: string, attempt: () => Promise<T>): Promise<T> {
  const { limits } = c.var.deps;
  refuseBeyond(c, await limits.signInOfAddress(groupOf(c)), "Too many attempts from your address.");
  if (!(await isKnownPlace(c, email))) {
    refuseBeyond(c, await limits.signInOfAccount(email), "Too many attempts to sign in to this account.");
  }
  const outcome = await attempt();
  await limits.signedIn(email);
  return outcome;
}

/** @throws 429 */
export async function countSignUp(c: AppContext): Promise<void> {
  refuseBeyond(c, await c.var.deps.limits.signUp(groupOf(c)), "Too many accounts from your address.");
}

/** @throws 429 */
export async function countPasswordChange(c: AppContext): Promise<void> {
  const standing = await c.var.deps.limits.passwordChange(personOf(c).userId);
  refuseBeyond(c, standing, "Too many attempts to change the password.");
}

async function isKnownPlace(c: AppContext, email: string): Promise<boolean> {
  const address = c.var.deps.clientAddress(c);
  return address !== null && (await hasSignedInFrom(c.var.deps.db, { email, address }));
}
