import { createHash, randomBytes } from "node:crypto";

import { and, eq, gt, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { accountTokens, invitations } from "../schema/index.ts";

export type AccountTokenRow = typeof accountTokens.$inferSelect;
export type AccountTokenPurpose = AccountTokenRow["purpose"];

/** What a token is for. `invitationId`: it ends with its invitation. */
export type NewAccountToken = {
  purpose: AccountTokenPurpose;
  email: string;
  userId?: string | null;
  invitationId?: string | null;
  name?: string | null;
};

/** A password is asked for again within minutes, an invitation is read on Monday. */
const TOKEN_SECONDS: Record<AccountTokenPurpose, number> = {
  reset: 3_600,
  "sign-up": 86_400,
  verify: 86_400,
  invitation: 3 * 86_400,
};

/** Makes a token of 256 random bits and returns it, for the only time: the table keeps its SHA-256. */
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

/** The token as it was made, where it is neither used nor expired, nor its invitation ended; null otherwise. */
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
 * Uses a token up, and with it every other one of the same purpose and address: of two requests at once one gets it.
 * @returns the token as it was made; null where it is not valid any more
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
