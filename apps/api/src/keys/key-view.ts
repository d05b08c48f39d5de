import type { KeyRow } from "@overdue/db";
import { z } from "zod";

import { iso, isoOrNull, KeyScope, pickFields, Timestamp } from "../http/schemas.ts";

export const KeyView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scope: KeyScope,
    prefix: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable().meta({ description: "From then on it opens nothing; null: no end." }),
    networks: z
      .array(z.string())
      .meta({ description: "From where alone it may be used; empty: everywhere." }),
    lastUsedAt: Timestamp.nullable().meta({ description: "To the minute." }),
    lastUsedFrom: z.string().nullable().meta({ description: "The address that it was last used from." }),
  })
  .meta({ id: "Key" });
/** What is shown of a key that is there. */
export function keyView(row: KeyRow) {
  return pickFields(KeyView, {
    ...row,
    createdAt: iso(row.createdAt),
    expiresAt: isoOrNull(row.expiresAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
  });
}
