import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import { storedKey } from "../secrets/api-key.ts";

/** Whether a key with these letters was ever stored, in any project. */
export async function isKeyKnown(db: Db, key: string): Promise<boolean> {
  const found = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(eq(apiKeys.hash, storedKey(key).hash));
  return found.length > 0;
}
