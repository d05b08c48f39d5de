import { randomUUID } from "node:crypto";

import { and, eq, ne } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { accounts, users } from "../schema/index.ts";
import { removeSecondFactors } from "./sign-in.ts";

/** A person as another sign-in service knows them: the service, and its id of the person, which it never gives to another. */
export type Linked = { providerId: string; accountId: string };

/** The account to which this person of the service belongs; null if there is none. */
export async function findLinkedAccount(
  db: Db | Tx,
  { providerId, accountId }: Linked,
): Promise<{ userId: string; email: string } | null> {
  const [found] = await db
    .select({ userId: users.id, email: users.email })
    .from(accounts)
    .innerJoin(users, eq(users.id, accounts.userId))
    .where(and(eq(accounts.providerId, providerId), eq(accounts.accountId, accountId)));
  return found ?? null;
}

export async function linkAccount(tx: Db | Tx, userId: string, linked: Linked): Promise<void> {
  await tx.insert(accounts).values({ id: randomUUID(), userId, ...linked });
}

/** Creates an account without a password, whose address somebody we trust has verified. @returns its id */
export async function createLinkedUser(
  tx: Db | Tx,
  { email, name, ...linked }: Linked & { email: string; name: string },
): Promise<string> {
  const id = randomUUID();
  await tx.insert(users).values({ id, email: email.toLowerCase(), name, emailVerified: true });
  await linkAccount(tx, id, linked);
  return id;
}

/** Removes whatever besides the password signs a person in: app, recovery codes, passkeys and linked accounts. */
export async function removeOtherSignIns(tx: Tx, userId: string): Promise<void> {
  await removeSecondFactors(tx, userId);
  await tx.delete(accounts).where(and(eq(accounts.userId, userId), ne(accounts.providerId, "credential")));
}
