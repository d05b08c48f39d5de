import { createHash, randomBytes } from "node:crypto";

import { and, eq, gt, isNotNull, isNull, lt, ne, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { authenticators, passkeys, recoveryCodes, sessions, signInStates } from "../schema/index.ts";

type SignInStateRow = typeof signInStates.$inferSelect;
type NewSignInState = Pick<SignInStateRow, "kind" | "userId"> & { data?: object; seconds: number };

/** Remembers a sign-in that goes on with another request. @returns the token for the browser's cookie */
export async function saveSignInState(
  db: Db | Tx,
  { kind, userId, data = {}, seconds }: NewSignInState,
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await db.insert(signInStates).values({
    hash: sha256(token),
    kind,
    userId,
    data,
    expiresAt: sql`now() + make_interval(secs => ${seconds})`,
  });
  return token;
}

/** The state behind a token; null if it has expired or was used. It stays valid. */
export async function findSignInState(
  db: Db | Tx,
  kind: SignInStateRow["kind"],
  token: string,
): Promise<SignInStateRow | null> {
  const [found] = await db.select().from(signInStates).where(isValid(kind, token));
  return found ?? null;
}

/** As `findSignInState`, and uses it up: of two requests at once only one gets it. */
export async function takeSignInState(
  db: Db | Tx,
  kind: SignInStateRow["kind"],
  token: string,
): Promise<SignInStateRow | null> {
  const [taken] = await db.delete(signInStates).where(isValid(kind, token)).returning();
  return taken ?? null;
}

function isValid(kind: SignInStateRow["kind"], token: string) {
  return and(
    eq(signInStates.hash, sha256(token)),
    eq(signInStates.kind, kind),
    gt(signInStates.expiresAt, sql`now()`),
  );
}

export type AuthenticatorRow = typeof authenticators.$inferSelect;

/** The authenticator app of a person, which may still be without its first code; null if there is none. */
export async function findAuthenticator(db: Db | Tx, userId: string): Promise<AuthenticatorRow | null> {
  const [found] = await db.select().from(authenticators).where(eq(authenticators.userId, userId));
  return found ?? null;
}

/** Stores the sealed secret of an app that is being set up. @returns false if another app protects the account already */
export async function startAuthenticator(
  db: Db | Tx,
  { userId, secret }: { userId: string; secret: string },
): Promise<boolean> {
  const stored = await db
    .insert(authenticators)
    .values({ userId, secret })
    .onConflictDoUpdate({
      target: authenticators.userId,
      set: { secret, lastStep: 0, createdAt: sql`now()` },
      setWhere: isNull(authenticators.confirmedAt),
    })
    .returning({ userId: authenticators.userId });
  return stored.length > 0;
}

/** Lets the app protect the account. @returns false if it does so already, or there is none */
export async function confirmAuthenticator(
  db: Db | Tx,
  { userId, step }: { userId: string; step: number },
): Promise<boolean> {
  const confirmed = await db
    .update(authenticators)
    .set({ confirmedAt: sql`now()`, lastStep: step })
    .where(and(eq(authenticators.userId, userId), isNull(authenticators.confirmedAt)))
    .returning({ userId: authenticators.userId });
  return confirmed.length > 0;
}

/** Uses up the code of a 30-second step, and with it all earlier ones. @returns false if it was used before */
export async function useAuthenticatorStep(
  db: Db | Tx,
  { userId, step }: { userId: string; step: number },
): Promise<boolean> {
  const used = await db
    .update(authenticators)
    .set({ lastStep: step })
    .where(
      and(
        eq(authenticators.userId, userId),
        isNotNull(authenticators.confirmedAt),
        lt(authenticators.lastStep, step),
      ),
    )
    .returning({ userId: authenticators.userId });
  return used.length > 0;
}

/** Removes the app and its recovery codes. @returns false if there was none */
export async function removeAuthenticator(tx: Db | Tx, userId: string): Promise<boolean> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  const removed = await tx.delete(authenticators).where(eq(authenticators.userId, userId)).returning();
  return removed.some(({ confirmedAt }) => confirmedAt !== null);
}

/** Removes whatever besides the password signs a person in: app, recovery codes and passkeys. */
export async function removeSecondFactors(tx: Db | Tx, userId: string): Promise<void> {
  await removeAuthenticator(tx, userId);
  await tx.delete(passkeys).where(eq(passkeys.userId, userId));
}

const RECOVERY_CODES = 10;
/** Without letters and digits that are mistaken for one another. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const CODE_CHARS = 16;

/** Replaces the recovery codes of a person by ten new ones of 79 random bits, such as `abcd-efgh-jkmn-pqrs`. They are returned only here. */
export async function renewRecoveryCodes(tx: Db | Tx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await tx.insert(recoveryCodes).values(codes.map((code) => ({ userId, hash: sha256(plainCode(code)) })));
  return codes;
}

/** Uses up a recovery code, in any case and with or without its dashes. @returns false if it is none of the person's */
export async function useRecoveryCode(db: Db | Tx, userId: string, code: string): Promise<boolean> {
  const used = await db
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.hash, sha256(plainCode(code)))))
    .returning({ id: recoveryCodes.id });
  return used.length > 0;
}

export async function countRecoveryCodes(db: Db | Tx, userId: string): Promise<number> {
  return await db.$count(recoveryCodes, eq(recoveryCodes.userId, userId));
}

function newRecoveryCode(): string {
  // Bytes above the largest multiple are left out, so that every letter is as likely.
  const letters: string[] = [];
  while (letters.length < CODE_CHARS)
    for (const byte of randomBytes(32))
      if (byte < 256 - (256 % ALPHABET.length)) letters.push(ALPHABET[byte % ALPHABET.length] ?? "");
  return (letters.slice(0, CODE_CHARS).join("").match(/.{4}/g) ?? []).join("-");
}

function plainCode(code: string): string {
  return code.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Ends all sessions of a person but one. */
export async function endOtherSessions(tx: Db | Tx, userId: string, sessionId: string): Promise<void> {
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId)));
}

/** Ends one session of a person. @returns false if there is no such session */
export async function endSession(db: Db | Tx, of: { userId: string; sessionId: string }): Promise<boolean> {
  const ended = await db
    .delete(sessions)
    .where(and(eq(sessions.userId, of.userId), eq(sessions.id, of.sessionId)))
    .returning({ id: sessions.id });
  return ended.length > 0;
}

/** Stores that the person of a session has just proved again who they are. */
export async function markSessionVerified(db: Db | Tx, sessionId: string): Promise<void> {
  await db
    .update(sessions)
    .set({ verifiedAt: sql`now()` })
    .where(eq(sessions.id, sessionId));
}

export type SessionRow = typeof sessions.$inferSelect;

/** The valid sessions of a person, the one used last first. */
export async function listSessions(db: Db, userId: string): Promise<SessionRow[]> {
  return await db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, userId),
        gt(sessions.expiresAt, sql`now()`),
        gt(sessions.createdAt, sql`now() - interval '30 days'`),
      ),
    )
    .orderBy(sql`${sessions.updatedAt} desc`)
    .limit(200);
}

/** Stores that a proxy in front named the person of a session by this address. */
export async function markSessionTrusted(db: Db | Tx, sessionId: string, trustedAs: string): Promise<void> {
  await db.update(sessions).set({ trustedAs }).where(eq(sessions.id, sessionId));
}
