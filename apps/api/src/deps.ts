import type { Instant } from "@overdue/core";
import type { Db, Keyring, Pool } from "@overdue/db";
import type { Logger } from "pino";

import type { Auth } from "./auth/better-auth.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { AppContext } from "./http/context.ts";
import type { KeyUse } from "./keys/key-use.ts";

/** What a request may lean on. Made once in `main.ts`; a test makes its own. */
export type Deps = {
  pool: Pool;
  db: Db;
  keyring: Keyring;
  log: Logger;
  /** The wall clock. */
  now: () => Instant;
  settings: ApiSettings;
  auth: Auth;
  sessions: Sessions;
  keyUse: KeyUse;
  clientAddress: (c: AppContext) => string | null;
};

export type ApiSettings = {
  version: string;
  /** Origin under which people and jobs reach us, without a slash at its end. */
  publicUrl: string;
  /** Origins whose pages may act for a signed-in person. */
  origins: readonly string[];
  registration: "open" | "invite" | "closed";
};
