import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { instanceFacts, users } from "../schema/index.ts";

const FACT = "setup_token";

/** Whether anybody has an account yet; until then the setup token lets the first one be made. */
export async function hasAccount(db: Db | Tx): Promise<boolean> {
  const found = await db.select({ id: users.id }).from(users).limit(1);
  return found.length > 0;
}

/** Makes the one token with which the first account may be made; the one before it ends. Only a hash is kept. */
export async function newSetupToken(db: Db | Tx): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  const value = hashOf(token);
  await db
    .insert(instanceFacts)
    .values({ name: FACT, value })
    .onConflictDoUpdate({ target: instanceFacts.name, set: { value } });
  return token;
}

/** Whether this is the token that the newest start printed; compares in constant time. */
export async function isSetupToken(db: Db | Tx, token: string): Promise<boolean> {
  const [fact] = await db.select().from(instanceFacts).where(eq(instanceFacts.name, FACT));
  return fact !== undefined && timingSafeEqual(Buffer.from(fact.value), Buffer.from(hashOf(token)));
}

/** Ends the token; called where the first account has been made. */
export async function dropSetupToken(db: Db | Tx): Promise<void> {
  await db.delete(instanceFacts).where(eq(instanceFacts.name, FACT));
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
