import { eq, sql, and } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { users, accounts, sessions } from "../schema/index.ts";
import { randomUUID } from "node:crypto";

export type UserRow = typeof users.$inferSelect;

export async function findUser(db: Db, userId: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.id, userId));
  return found ?? null;
}

/** The person with an e-mail, in whatever letters it is written, or null. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.email, email.toLowerCase()));
  return found ?? null;
}

/** A person who signs in by password; `passwordHash` is made by better-auth. */
export type NewUser = { email: string; passwordHash: string };

/** Creates an account with the e-mail in lower case, and returns its id. @throws where the e-mail is taken */
export async function createUser(db: Db | Tx, { email, passwordHash }: NewUser): Promise<string> {
  const [id, address] = [randomUUID(), email.toLowerCase()];
  const name = address.split("@")[0] ?? address;
  await db.transaction(async (tx) => {
    await tx.insert(users).values({ id, email: address, name, emailVerified: true });
    const credential = { providerId: "credential", accountId: id, password: passwordHash };
    await tx.insert(accounts).values({ id: randomUUID(), userId: id, ...credential });
    await ensureOperator(tx);
  });
  return id;
}

/** Makes the oldest account the operator of this instance, where nobody is. */
export async function ensureOperator(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`
    update users set is_operator = true
    where id = (select id from users order by created_at, id limit 1)
      and not exists (select from users where is_operator)`);
}

export async function setOperator(db: Db, userId: string, isOperator: boolean): Promise<void> {
  await db.update(users).set({ isOperator }).where(eq(users.id, userId));
}

/** Confirms that the person reads the mailbox of their account, by a link in it or by the operator's word. */
export async function verifyAddress(db: Db | Tx, userId: string): Promise<void> {
  await db.update(users).set({ emailVerified: true }).where(eq(users.id, userId));
}

/** Sets the password hash of an account, made by better-auth, and ends all of its sessions. */
export async function setPassword(
  tx: Tx,
  { userId, passwordHash }: { userId: string; passwordHash: string },
): Promise<void> {
  await tx
    .update(accounts)
    .set({ password: passwordHash, updatedAt: new Date() })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
  await endSessions(tx, userId);
}

export async function endSessions(db: Db | Tx, userId: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.userId, userId));
}
