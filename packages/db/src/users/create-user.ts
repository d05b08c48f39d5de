import { randomUUID } from "node:crypto";

import type { Db, Tx } from "../database.ts";
import { accounts, users } from "../schema/index.ts";
import { ensureOperator } from "./operators.ts";

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
