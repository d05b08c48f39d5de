import {
  type Credentials,
  findAuthenticator,
  findCredentials,
  hashPassword,
  hasPasskeys,
  isOldHash,
  markSessionTrusted,
  saveSignInState,
  TooManyPasswords,
  upgradePasswordHash,
  verifyPassword,
} from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { recordAccountEvent } from "./account-events.ts";
import { startSession } from "./better-auth.ts";
import { setSignInCookie } from "./sign-in-cookie.ts";
import { rememberDevice } from "./sign-in-attempts.ts";

const SecondFactorKind = z.enum(["code", "recoveryCode", "passkey"]);
export const SecondFactorAsked = z.object({ secondFactor: z.array(SecondFactorKind) }).meta({
  id: "SecondFactorAsked",
  description: "The password is right. There is no session before POST /api/auth/second-factor.",
});

/** Who has proved to be the owner of an account. */
type Known = {
  userId: string;
  email: string;
  /** The address by which a proxy in front named them, if that is how they sign in. */
  trustedAs?: string | undefined;
};
type SignInAnswer = { userId: string } | z.infer<typeof SecondFactorAsked>;

/** Long enough to find the phone. */
const PENDING_SECONDS = 600;
/** Longer than any check of a password, so that the time of a refusal does not tell whether the account exists. */
const REFUSAL_MS = 250;

/** Checks an address and its password. A hash of an older kind is replaced. @throws 401, after the same time for every cause */
export async function checkPassword(
  c: AppContext,
  { email, password }: { email: string; password: string },
): Promise<Known> {
  const { db, pause } = c.var.deps;
  const startedAt = performance.now();
  const found = await findCredentials(db, email);
  if (await isPassword(found?.passwordHash ?? null, password)) {
    const known = found as Credentials;
    await upgradeHash(c, known, password);
    return { userId: known.userId, email: known.email };
  }
  await pause(Math.max(0, REFUSAL_MS - (performance.now() - startedAt)));
  throw new ApiError("unauthorized", "The e-mail address or the password is wrong.");
}

/** @throws 503 if too many passwords are being checked */
export async function isPassword(hash: string | null, password: string): Promise<boolean> {
  try {
    return await verifyPassword(hash, password);
  } catch (error) {
    if (!(error instanceof TooManyPasswords)) throw error;
    throw new ApiError("unavailable", "Too many people sign in at this moment: try again in a few seconds.");
  }
}

async function upgradeHash(
  c: AppContext,
  { userId, passwordHash }: Credentials,
  password: string,
): Promise<void> {
  if (passwordHash === null || !isOldHash(passwordHash)) return;
  await upgradePasswordHash(c.var.deps.db, {
    userId,
    before: passwordHash,
    passwordHash: await hashPassword(password),
  });
}

/** Signs a person in who has proved one factor, unless the account asks for a second one: then nothing but that is open. */
export async function continueSignIn(c: AppContext, known: Known): Promise<SignInAnswer> {
  const { db } = c.var.deps;
  const authenticator = await findAuthenticator(db, known.userId);
  if ((authenticator?.confirmedAt ?? null) === null) return await completeSignIn(c, known);
  const token = await saveSignInState(db, {
    kind: "second-factor",
    userId: known.userId,
    data: { trustedAs: known.trustedAs },
    seconds: PENDING_SECONDS,
  });
  setSignInCookie(c, "pending", { value: token, seconds: PENDING_SECONDS });
  const withPasskey = await hasPasskeys(db, known.userId);
  return { secondFactor: ["code", "recoveryCode", ...(withPasskey ? (["passkey"] as const) : [])] };
}

/** As `continueSignIn`, for a browser that came by a link. @returns the page to which it goes on: `to`, or that of the second factor */
export async function continueSignInByRedirect(c: AppContext, known: Known, to: string): Promise<string> {
  const answer = await continueSignIn(c, known);
  return "userId" in answer ? to : `/sign-in?${new URLSearchParams({ step: "code", to })}`;
}

/** Starts the session of a person who has proved everything that the account asks for. */
export async function completeSignIn(
  c: AppContext,
  { userId, email, trustedAs }: Known,
): Promise<{ userId: string }> {
  const { db } = c.var.deps;
  const sessionId = await startSession(c, userId);
  if (trustedAs !== undefined) await markSessionTrusted(db, sessionId, trustedAs);
  await rememberDevice(c, email);
  await recordAccountEvent(c, db, { userId, action: "account.sign-in" });
  return { userId };
}
