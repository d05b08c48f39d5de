import type { Db, Tx } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import { type KeyScope, newApiKey, storedKey } from "../secrets/api-key.ts";
import type { KeyRow } from "./find-key.ts";

export type NewKey = {
  projectId: string;
  name: string;
  scope: KeyScope;
  expiresAt?: Date | null;
  key?: string;
  /** The person who makes it; null: a command or a start does. */
  createdBy?: string | null;
};

/** Makes a key and answers it, for the only time; `key` where its letters were decided elsewhere (bootstrap, import). */
export async function createKey(db: Db | Tx, input: NewKey): Promise<{ row: KeyRow; key: string }> {
  const { projectId, name, scope, expiresAt = null, key = newApiKey(input.scope), createdBy = null } = input;
  const [row] = await db
    .insert(apiKeys)
    .values({ projectId, name, scope, expiresAt, createdBy, ...storedKey(key) })
    .returning();
  if (row === undefined) throw new Error("The insert answered no row.");
  return { row, key };
}
