import {
  acceptInvitation,
  consumeAccountToken,
  createProject,
  findAccountToken,
  findInvitationByToken,
  hasAnyAccount,
  makeFirstAccount,
  verifyAddress,
} from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { mustVerifyAddress, queueAccountMailWithinLimit, recordAccountEvent } from "./account-events.ts";
import { refuseWeakPassword } from "./account-input.ts";
import { callAuth } from "./better-auth.ts";
import { rememberDevice } from "./sign-in-attempts.ts";

export type SignUp = {
  email: string;
  password?: string | undefined;
  name?: string | undefined;
  setupToken?: string | undefined;
};
/** What a person sends from the page of a link in a mail. */
export type LinkSubmission = { token: string; password: string; name?: string | undefined };

const AuthAnswer = z.object({ user: z.object({ id: z.string() }) });
/** The name of the project that each new account gets. */
export const FIRST_PROJECT = "My project";

/**
 * Creates an account with a project of its own, and signs it in. If addresses must be confirmed, it only queues a mail whose
 * link creates the account. @returns the user's id; null if a mail was queued. @throws 400; 403 if registration is closed
 */
export async function signUp(c: AppContext, input: SignUp): Promise<string | null> {
  if (!(await hasAnyAccount(c.var.deps.db))) return await signUpFirst(c, input);
  return await signUpWhenOpen(c, input);
}

async function signUpFirst(c: AppContext, input: SignUp): Promise<string | null> {
  const { db } = c.var.deps;
  const account = requireStrongPassword(input);
  const outcome = await makeFirstAccount(db, input.setupToken ?? "", () => createAccount(c, account));
  if ("made" in outcome) {
    // Only a person who can read the server's console has the setup token, so the address needs no confirmation.
    await startAccount(c, { userId: outcome.made, email: input.email, isVerified: true });
    return outcome.made;
  }
  if (outcome.refused === "too-late") return await signUpWhenOpen(c, input);
  throw new ApiError(
    "forbidden",
    "The first account needs the setup token: open the address that the start printed, or start again for a new one.",
  );
}

async function signUpWhenOpen(c: AppContext, input: SignUp): Promise<string | null> {
  const { registration, emailVerification } = c.var.deps.settings;
  requireRegistration(registration, "open");
  if (mustVerifyAddress(c)) {
    await queueAccountMailWithinLimit(c, { kind: "sign-up", email: input.email, name: input.name ?? null });
    return null;
  }
  const userId = await createAccount(c, requireStrongPassword(input));
  await startAccount(c, { userId, email: input.email, isVerified: !emailVerification });
  return userId;
}

/** Creates the account whose address a link has confirmed, and signs it in. @throws 400, 403, 409 */
export async function finishSignUp(
  c: AppContext,
  { token, password, name }: LinkSubmission,
): Promise<string> {
  const { db, settings } = c.var.deps;
  requireRegistration(settings.registration, "open");
  const found = await findAccountToken(db, "sign-up", token);
  if (found === null) throw expiredLink("Sign up again for another mail.");
  const { email } = found;
  const userId = await createAccount(
    c,
    requireStrongPassword({ email, password, name: name ?? found.name ?? undefined }),
  );
  await consumeAccountToken(db, "sign-up", token);
  await startAccount(c, { userId, email, isVerified: true });
  return userId;
}

/**
 * Creates the account of an invited person who has none, signs it in and makes it a member. A link that came by mail confirms
 * the address; without a mail server an owner of the project passed it on. @throws 400, 403, 409
 */
export async function signUpInvited(
  c: AppContext,
  { token, password, name }: LinkSubmission,
): Promise<string> {
  const { db, settings } = c.var.deps;
  requireRegistration(settings.registration, "open", "invite");
  const invitation = await findInvitationByToken(db, token);
  if (invitation === null) throw expiredLink("Ask the person who invited you for another.");
  const { email } = invitation;
  const userId = await createAccount(c, requireStrongPassword({ email, password, name }));
  await db.transaction(async (tx) => {
    await consumeAccountToken(tx, "invitation", token);
    if (!(await acceptInvitation(tx, { invitation, userId })))
      throw expiredLink("Ask the person who invited you for another.");
    if (settings.mail || !settings.emailVerification) await verifyAddress(tx, userId);
  });
  await afterSignUp(c, { userId, email });
  return userId;
}

/** The error for a link that was used, is too old, or is forged: it does not say which. */
export function expiredLink(wayOut: string): ApiError {
  return new ApiError("not_found", `This link was used already, or is too old. ${wayOut}`);
}

function requireStrongPassword(input: SignUp): SignUp & { password: string } {
  const { password, email } = input;
  if (password === undefined) throw ApiError.invalid("password", "Choose a password.");
  refuseWeakPassword(password, email);
  return { ...input, password };
}

/** @throws 403 */
function requireRegistration(
  registration: "open" | "invite" | "closed",
  ...allowed: (typeof registration)[]
): void {
  if (allowed.includes(registration)) return;
  const detail =
    registration === "invite"
      ? "New accounts are by invitation only here: ask an owner of the project to invite you."
      : "This instance takes no new accounts: ask its operator.";
  throw new ApiError("forbidden", detail);
}

async function createAccount(
  c: AppContext,
  { email, password, name }: SignUp & { password: string },
): Promise<string> {
  const shown = name === undefined || name === "" ? (email.split("@")[0] ?? email) : name;
  const answer = await callAuth(c, "/sign-up/email", { email, password, name: shown });
  return AuthAnswer.parse(answer).user.id;
}

async function startAccount(
  c: AppContext,
  { userId, email, isVerified }: { userId: string; email: string; isVerified: boolean },
): Promise<void> {
  const { db } = c.var.deps;
  if (isVerified) await verifyAddress(db, userId);
  await createProject(db, { name: FIRST_PROJECT, ownerId: userId });
  await afterSignUp(c, { userId, email });
}

async function afterSignUp(
  c: AppContext,
  { userId, email }: { userId: string; email: string },
): Promise<void> {
  await recordAccountEvent(c, c.var.deps.db, { userId, action: "account.sign-up" });
  await rememberDevice(c, email);
}
