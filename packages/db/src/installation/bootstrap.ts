import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { accounts, apiKeys, members, projects, users } from "../schema/index.ts";
import { newPingKey, storedKey } from "../secrets/api-key.ts";
import { hasAccount } from "./setup-token.ts";

/** What a first start creates by itself. Null keys are not made, except the ping key, which is then random. */
export type FirstAccount = {
  email: string;
  /** As better-auth makes it. */
  passwordHash: string;
  project: string;
  apiKey: string | null;
  readonlyKey: string | null;
  pingKey: string | null;
};

const LOCK = 7_236_832; // any number of ours

/** Creates the account, its project and keys, where no account exists yet; says whether it did. */
export async function bootstrap(db: Db, first: FirstAccount): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    if (await hasAccount(tx)) return false;
    const userId = await createUser(tx, first);
    await createProject(tx, first, userId);
    return true;
  });
}

async function createUser(tx: Tx, { email, passwordHash }: FirstAccount): Promise<string> {
  const id = randomUUID();
  const address = email.toLowerCase();
  await tx
    .insert(users)
    .values({ id, email: address, name: address.split("@")[0] ?? address, emailVerified: true });
  await tx.insert(accounts).values({
    id: randomUUID(),
    userId: id,
    accountId: id,
    providerId: "credential",
    password: passwordHash,
  });
  return id;
}

async function createProject(tx: Tx, first: FirstAccount, userId: string): Promise<void> {
  const [project] = await tx
    .insert(projects)
    .values({ name: first.project, pingKey: first.pingKey ?? newPingKey(), badgeKey: newPingKey() })
    .returning({ id: projects.id });
  if (!project) throw new Error("The project was not stored.");
  await tx.insert(members).values({ projectId: project.id, userId, role: "owner" });
  const keys = [
    { key: first.apiKey, scope: "write" as const, name: "BOOTSTRAP_API_KEY" },
    { key: first.readonlyKey, scope: "read" as const, name: "BOOTSTRAP_READONLY_KEY" },
  ];
  for (const { key, ...rest } of keys) {
    if (key !== null) await tx.insert(apiKeys).values({ projectId: project.id, ...rest, ...storedKey(key) });
  }
}
