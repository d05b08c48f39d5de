import { and, eq, gt, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { accountTokens, emailChanges, users } from "../schema/index.ts";

export type EmailChangeRow = typeof emailChanges.$inferSelect;

const DAYS_VALID = 1;

/**
 * Begins to change the address of an account, in place of a change that waits. An address that nobody has verified needs no
 * confirmation from there. @returns the address as it is, and whether it is to confirm; null if there is no such account
 */
export async function startEmailChange(
  tx: Tx,
  { userId, newEmail }: { userId: string; newEmail: string },
): Promise<{ email: string; isVerified: boolean } | null> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
  if (user === undefined) return null;
  const change = {
    newEmail: newEmail.toLowerCase(),
    oldConfirmedAt: user.emailVerified ? null : sql`now()`,
    newConfirmedAt: null,
    createdAt: sql`now()`,
    expiresAt: sql`now() + ${DAYS_VALID} * interval '1 day'`,
  };
  await endTokens(tx, userId);
  await tx
    .insert(emailChanges)
    .values({ userId, ...change })
    .onConflictDoUpdate({ target: emailChanges.userId, set: change });
  return { email: user.email, isVerified: user.emailVerified };
}

/** The change of an account's address that waits for confirmations; null if there is none. */
export async function findEmailChange(db: Db | Tx, userId: string): Promise<EmailChangeRow | null> {
  const [found] = await db
    .select()
    .from(emailChanges)
    .where(and(eq(emailChanges.userId, userId), gt(emailChanges.expiresAt, sql`now()`)));
  return found ?? null;
}

/** Ends the change that waits, and its links. @returns whether there was one */
export async function cancelEmailChange(tx: Tx, userId: string): Promise<boolean> {
  await endTokens(tx, userId);
  const ended = await tx.delete(emailChanges).where(eq(emailChanges.userId, userId)).returning();
  return ended.length > 0;
}

/**
 * What a confirmation led to. `waiting`: the other address is to confirm too. `taken`: another account has got the new
 * address meanwhile, and the change has ended.
 */
export type EmailConfirmation =
  | { kind: "changed"; before: string; after: string; wasVerified: boolean }
  | { kind: "waiting" }
  | { kind: "taken" }
  | { kind: "ended" };

/**
 * Confirms a change from one of its two addresses, which a link has verified. The second confirmation changes the address, which
 * is verified then, and ends every link that went to the former one.
 */
export async function confirmEmailChange(
  tx: Tx,
  { userId, from }: { userId: string; from: string },
): Promise<EmailConfirmation> {
  const [user] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
  const change = await findEmailChange(tx, userId);
  if (user === undefined || change === null || ![user.email, change.newEmail].includes(from))
    return { kind: "ended" };
  const at = from === user.email ? { oldConfirmedAt: sql`now()` } : { newConfirmedAt: sql`now()` };
  const [now] = await tx.update(emailChanges).set(at).where(eq(emailChanges.userId, userId)).returning();
  if (now === undefined || now.oldConfirmedAt === null || now.newConfirmedAt === null)
    return { kind: "waiting" };
  await cancelEmailChange(tx, userId);
  if ((await tx.$count(users, eq(users.email, change.newEmail))) > 0) return { kind: "taken" };
  await setEmail(tx, { userId, email: change.newEmail });
  return { kind: "changed", before: user.email, after: change.newEmail, wasVerified: user.emailVerified };
}

/** Gives an account an address that is verified, and ends the links that went to the former one, and a change that waits. */
export async function setEmail(tx: Tx, { userId, email }: { userId: string; email: string }): Promise<void> {
  await tx.delete(emailChanges).where(eq(emailChanges.userId, userId));
  await tx
    .update(users)
    .set({ email: email.toLowerCase(), emailVerified: true, updatedAt: sql`now()` })
    .where(eq(users.id, userId));
  await tx
    .update(accountTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(accountTokens.userId, userId), isNull(accountTokens.usedAt)));
}

async function endTokens(tx: Tx, userId: string): Promise<void> {
  await tx
    .update(accountTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(accountTokens.userId, userId),
        eq(accountTokens.purpose, "email-change"),
        isNull(accountTokens.usedAt),
      ),
    );
}
