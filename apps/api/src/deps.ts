import type { Instant } from "@overdue/core";
import type { Db, Keyring, Pool } from "@overdue/db";
import type { Logger } from "pino";

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

/** Knows who a request's cookie belongs to. */
export type Sessions = {
  find: (headers: Headers) => Promise<{ userId: string; sessionId: string } | null>;
};
