import { createHash, randomBytes, randomUUID } from "node:crypto";

import { DAY_SECONDS, HOUR_MS, type Instant } from "@overdue/schedules";
import { and, eq, gt, isNull, type SQL as Sql, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import type { AuditChanges } from "../schema/projects.ts";
import { accounts, accountTokens, invitations, sessions, users } from "../schema/index.ts";

export type UserRow = typeof users.$inferSelect;

export async function findUser(db: Db | Tx, userId: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.id, userId));
  return found ?? null;
}

/** The account with an e-mail address, in any case, or null. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | null> {
  const [found] = await db.select().from(users).where(eq(users.email, email.toLowerCase()));
  return found ?? null;
}

/** A person who signs in with a password; `passwordHash` is of `hashPassword`. */
export type NewUser = { email: string; passwordHash: string };

/** Creates an account with the e-mail address in lower case, and returns its id. @throws if the address has an account */
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

/** Makes the oldest account the operator of this instance, if there is no operator. */
export async function ensureOperator(tx: Db | Tx): Promise<void> {
  await tx.execute(sql`
    update users set is_operator = true
    where id = (select id from users order by created_at, id limit 1)
      and not exists (select from users where is_operator)`);
}

export async function setOperator(db: Db, userId: string, isOperator: boolean): Promise<void> {
  await db.update(users).set({ isOperator }).where(eq(users.id, userId));
}

/** Stores that the person reads the mailbox of their account: they used a link in it, or the operator said so. */
export async function verifyAddress(db: Db | Tx, userId: string): Promise<void> {
  await db.update(users).set({ emailVerified: true }).where(eq(users.id, userId));
}

/** An account as a sign-in needs it. `passwordHash` null: it signs in without a password. */
export type Credentials = { userId: string; email: string; passwordHash: string | null };

/** The account with an e-mail address, in any case; null if there is none. One query, whether or not it exists. */
export async function findCredentials(db: Db | Tx, email: string): Promise<Credentials | null> {
  return await credentialsWhere(db, eq(users.email, email.toLowerCase()));
}

/** As `findCredentials`, by the account's id. */
export async function findCredentialsOf(db: Db | Tx, userId: string): Promise<Credentials | null> {
  return await credentialsWhere(db, eq(users.id, userId));
}

async function credentialsWhere(db: Db | Tx, condition: Sql): Promise<Credentials | null> {
  const isPassword = and(eq(accounts.userId, users.id), eq(accounts.providerId, "credential"));
  const [found] = await db
    .select({ userId: users.id, email: users.email, passwordHash: accounts.password })
    .from(users)
    .leftJoin(accounts, isPassword)
    .where(condition);
  return found ?? null;
}

/** Replaces the hash of a password that stays the same. `before`: nothing happens if the password was changed meanwhile. */
export async function upgradePasswordHash(
  db: Db | Tx,
  { userId, before, passwordHash }: { userId: string; before: string; passwordHash: string },
): Promise<void> {
  await db
    .update(accounts)
    .set({ password: passwordHash })
    .where(
      and(eq(accounts.userId, userId), eq(accounts.providerId, "credential"), eq(accounts.password, before)),
    );
}

/** Sets the password hash of an account, and ends all of its sessions. */
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

export type AccountTokenRow = typeof accountTokens.$inferSelect;
export type AccountTokenPurpose = AccountTokenRow["purpose"];

/** What a token is for. `invitationId`: the token ends with this invitation. */
type NewAccountToken = {
  purpose: AccountTokenPurpose;
  email: string;
  userId?: string | null;
  invitationId?: string | null;
  name?: string | null;
};

/** People reset a password within minutes, but may read an invitation only after the weekend. */
const TOKEN_SECONDS: Record<AccountTokenPurpose, number> = {
  reset: 3_600,
  "sign-up": DAY_SECONDS,
  verify: DAY_SECONDS,
  invitation: 3 * DAY_SECONDS,
  "sign-in": 900,
  "email-change": DAY_SECONDS,
  "account-deletion": 7 * DAY_SECONDS,
};

/** Creates a token of 256 random bits. It is returned only here: the table keeps its SHA-256. */
export async function newAccountToken(db: Db | Tx, input: NewAccountToken): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await db.insert(accountTokens).values({
    ...input,
    email: input.email.toLowerCase(),
    hash: hashToken(token),
    expiresAt: sql`now() + make_interval(secs => ${TOKEN_SECONDS[input.purpose]})`,
  });
  return token;
}

/** The row of a token; null if it was used, has expired, or its invitation has ended. */
export async function findAccountToken(
  db: Db | Tx,
  purpose: AccountTokenPurpose,
  token: string,
): Promise<AccountTokenRow | null> {
  const [found] = await db
    .select({ token: accountTokens })
    .from(accountTokens)
    .leftJoin(invitations, eq(invitations.id, accountTokens.invitationId))
    .where(
      and(
        eq(accountTokens.hash, hashToken(token)),
        eq(accountTokens.purpose, purpose),
        isNull(accountTokens.usedAt),
        gt(accountTokens.expiresAt, sql`now()`),
        isNull(invitations.endedAt),
      ),
    );
  return found?.token ?? null;
}

/**
 * Uses up a token, and with it every other token of the same purpose and address. Of two requests at once only one gets it.
 * @returns the row of the token as it was before; null if it is no longer valid
 */
export async function consumeAccountToken(
  tx: Db | Tx,
  purpose: AccountTokenPurpose,
  token: string,
): Promise<AccountTokenRow | null> {
  const found = await findAccountToken(tx, purpose, token);
  if (found === null) return null;
  const used = await tx
    .update(accountTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(accountTokens.id, found.id), isNull(accountTokens.usedAt)))
    .returning({ id: accountTokens.id });
  if (used.length === 0) return null;
  await tx
    .update(accountTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(accountTokens.email, found.email),
        eq(accountTokens.purpose, purpose),
        isNull(accountTokens.usedAt),
        found.invitationId === null ? undefined : eq(accountTokens.invitationId, found.invitationId),
      ),
    );
  return found;
}

function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What a person did with their account, such as `account.sign-in`. `address`: the client's; null: it was a command. */
type AccountEvent = {
  userId: string;
  action: string;
  at: Instant;
  address: string | null;
  changes?: AuditChanges;
};

/** Writes it into the audit log of every project of the person, whose owners want to know who signed in, and from where. */
export async function logAccountEvent(db: Db | Tx, event: AccountEvent): Promise<void> {
  const { userId, action, at, address, changes = {} } = event;
  await db.execute(sql`
    insert into audit_entries (project_id, at, actor_kind, actor_id, actor_name, address, action, object_id,
      object_name, fields, changes)
    select m.project_id, ${new Date(at).toISOString()}::timestamptz, 'user', u.id, u.email, ${address}, ${action}, u.id, u.email,
      ${JSON.stringify(Object.keys(changes))}::jsonb, ${JSON.stringify(changes)}::jsonb
    from project_people m join users u on u.id = m.user_id join projects p on p.id = m.project_id
    where m.user_id = ${userId} and p.deleted_at is null`);
}

const FAILURES_PER_HOUR_MAX = 20;

/**
 * Writes a failed attempt, such as `account.sign-in-failed`, into the audit log: at most once an hour for each client address
 * and twenty times an hour in all, since anybody who knows an e-mail address can try for ever.
 */
export async function logFailedAttempt(db: Db, event: AccountEvent): Promise<void> {
  const { userId, action, at, address } = event;
  const since = new Date(at - HOUR_MS).toISOString();
  const rows = await db.execute<{ all: number; here: number }>(sql`
    select count(*)::int as all, (count(*) filter (where e.address is not distinct from ${address}))::int as here
    from audit_entries e join project_people m on m.project_id = e.project_id and m.user_id = ${userId}
    where e.actor_id = ${userId} and e.action = ${action} and e.at > ${since}::timestamptz`);
  const { all = 0, here = 0 } = rows[0] ?? {};
  if (here === 0 && all < FAILURES_PER_HOUR_MAX) await logAccountEvent(db, event);
}

/** Who holds a stream of a project's events open: a person with a session, or an API key. */
export type StreamHolder = { projectId: string } & (
  | { kind: "user"; userId: string; sessionId: string }
  | { kind: "key"; keyId: string }
);

/**
 * Finds the holders who may no longer watch their project: the session or key has ended, the person is no longer a member,
 * or the project was deleted. One statement for all of them. @returns their indexes in `holders`
 */
export async function findEndedHolderIndexes(db: Db, holders: readonly StreamHolder[]): Promise<number[]> {
  if (holders.length === 0) return [];
  const rows = await db.execute<{ index: number }>(sql`
    select (h.ordinality - 1)::int as index
    from jsonb_array_elements(${JSON.stringify(holders)}::jsonb) with ordinality h(holder, ordinality)
    where not exists (
      select from projects p where p.id = (holder->>'projectId')::uuid and p.deleted_at is null
    ) or case when holder->>'kind' = 'user' then not exists (
      select from sessions s join project_people m on m.user_id = s.user_id
      where s.id = holder->>'sessionId' and s.user_id = holder->>'userId'
        and s.expires_at > now() and s.created_at > now() - interval '30 days'
        and m.project_id = (holder->>'projectId')::uuid
    ) else not exists (
      select from api_keys k where k.id = (holder->>'keyId')::uuid and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > now())
    ) end`);
  return rows.map(({ index }) => index);
}
