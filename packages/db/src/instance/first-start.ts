import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

import { eq } from "drizzle-orm";

import { createUser, ensureOperator, type NewUser } from "../accounts/accounts.ts";
import type { Db, Tx } from "../database.ts";
import { createKey } from "../keys/keys.ts";
import { lockUntilCommit } from "../locks.ts";
import { createProject } from "../projects/projects.ts";
import { instanceFacts, users } from "../schema/index.ts";

/** What a first start creates by itself. An API key that is null is not created; a ping key that is null is random. */
export type FirstAccount = NewUser & {
  project: string;
  apiKey: string | null;
  readonlyKey: string | null;
  pingKey: string | null;
};

/** Creates the account, its project and keys, if no account exists yet. @returns whether it did */
export async function bootstrap(db: Db, first: FirstAccount): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("firstAccount"));
    if (await hasAnyAccount(tx)) return false;
    const ownerId = await createUser(tx, first);
    const chosen = first.pingKey === null ? {} : { pingKey: first.pingKey };
    const { id: projectId } = await createProject(tx, { name: first.project, ownerId, ...chosen });
    const writing = { key: first.apiKey, scope: "write" as const, name: "BOOTSTRAP_API_KEY" };
    const reading = { key: first.readonlyKey, scope: "read" as const, name: "BOOTSTRAP_READONLY_KEY" };
    for (const { key, ...rest } of [writing, reading]) {
      if (key !== null) await createKey(tx, { projectId, key, ...rest });
    }
    return true;
  });
}

const FACT = "setup_token";

/** Whether anybody has an account yet; until then the setup token allows to create the first one. */
export async function hasAnyAccount(db: Db | Tx): Promise<boolean> {
  const found = await db.select({ id: users.id }).from(users).limit(1);
  return found.length > 0;
}

/** Creates the token with which the first account may be created; an earlier token ends. Only its hash is stored. */
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

/** Ends the token once the first account exists. */
export async function dropSetupToken(db: Db | Tx): Promise<void> {
  await db.delete(instanceFacts).where(eq(instanceFacts.name, FACT));
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * Lets `make` create the first account for the holder of the setup token, which then ends. Two requests at once wait for each
 * other, and the second is refused.
 */
export async function makeFirstAccount<T>(
  db: Db,
  token: string,
  make: () => Promise<T>,
): Promise<{ made: T } | { refused: "no-token" | "too-late" }> {
  return await db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("firstAccount"));
    if (await hasAnyAccount(tx)) return { refused: "too-late" };
    if (!(await isSetupToken(tx, token))) return { refused: "no-token" };
    const made = await make();
    await ensureOperator(tx);
    await dropSetupToken(tx);
    return { made };
  });
}
