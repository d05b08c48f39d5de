import type { NamedBy } from "@overdue/db";

import type { AppContext } from "./context.ts";

/**
 * Who names an address that alerts are to go to: it has to be the one who reads it, or its reader is asked. Null: this
 * installation asks nobody.
 */
export function namedBy({ var: { actor, deps } }: AppContext): NamedBy | null {
  if (!deps.settings.emailVerification) return null;
  return { userId: actor.kind === "user" ? actor.userId : null };
}
