import type { Instant } from "@overdue/schedules";
import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { apiKeys } from "../schema/index.ts";

/** Notes when and from where a key was last used. */
export async function touchKey(
  db: Db,
  use: { keyId: string; at: Instant; from: string | null },
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: new Date(use.at), lastUsedFrom: use.from })
    .where(eq(apiKeys.id, use.keyId));
}
