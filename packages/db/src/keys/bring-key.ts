import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";
import { isGuessable, storedKey } from "../secrets/api-key.ts";

/**
 * Whether a key that was chosen elsewhere may go on in a project. `ours`: the project has or had it itself. `no`: it is
 * easy to guess, or another project's; which of the two is said to nobody, since it would prove a stranger's key.
 */
export async function mayBring(db: Db, projectId: string, key: string): Promise<"yes" | "ours" | "no"> {
  const [found] = await db
    .select({ projectId: apiKeys.projectId })
    .from(apiKeys)
    .where(eq(apiKeys.hash, storedKey(key).hash));
  if (found?.projectId === projectId) return "ours";
  return found !== undefined || isGuessable(key) ? "no" : "yes";
}

/** Why a key is not taken, as the name of its field begins the sentence. */
export const NOT_TAKEN = {
  ours: "is in use in this project already.",
  no: "cannot be taken: it is too easy to guess, or cannot be used here. Leave it out, and a new one is made.",
} as const;
