import type { Networks } from "@overdue/config";
import type { Db, Keyring, Pool } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Context } from "hono";
import type { Logger } from "pino";

import type { Auth, Sessions } from "./auth/better-auth.ts";
import type { ChangeHub, Streams } from "./events/event-routes.ts";
import type { Readiness } from "./instance/instance-routes.ts";
import type { Metrics } from "./instance/metrics.ts";
import type { KeyUse } from "./keys/key-routes.ts";
import type { Limits } from "./limits/limits.ts";
import type { Site } from "./site/site.ts";
import type { StatusPages } from "./status-pages/page-cache.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** What handlers need besides the request. Made once for the process, by `open-deps.ts`; a test makes its own. */
export type Deps = {
  pool: Pool;
  db: Db;
  /** For long reads: on a replica where there is one. It only reads, and may repeat a statement. */
  reading: { pool: Pool; db: Db };
  keyring: Keyring;
  log: Logger;
  /** The wall clock. */
  now: () => Instant;
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<void>;
  settings: ApiSettings;
  auth: Auth;
  sessions: Sessions;
  keyUse: KeyUse;
  limits: Limits;
  changes: ChangeHub;
  streams: Streams;
  statusPages: StatusPages;
  readiness: Readiness;
  metrics: Metrics;
  site: Site;
  pings: Pings;
  /** Threads for what takes long. */
  workers: WorkerPool;
  /** The client's address, behind the proxies we trust. */
  clientAddress: (c: Context) => string | null;
  /** The address at the other end of the connection. */
  socketAddress: (c: Context) => string | undefined;
};

export type ApiSettings = {
  version: string;
  /** Origin under which people and jobs reach us, without a slash at its end. */
  publicUrl: string;
  /** Origins whose pages may act for a signed-in person. */
  origins: readonly string[];
  /** A mail server is set. */
  mail: boolean;
  /** ALLOW_PRIVATE_NETWORKS: what channels may reach beside public addresses. */
  allowedNetworks: Networks;
  registration: "open" | "invite" | "closed";
  /** Where the queues live. */
  queue: "postgres" | "redis";
  /** SELF_HEARTBEAT_URL is set. */
  hasHeartbeat: boolean;
  /** An address gets alerts only once its reader has agreed. */
  emailVerification: boolean;
  /** Null: metrics are for the machine itself alone. */
  metricsToken: string | null;
  /** What stands before the UUID in a ping URL, with its slash. */
  pingUrlBase: string;
  /** Domain in which every check has an address; null: no pings by e-mail. */
  pingEmailDomain: string | null;
  /** Hosts, in lower case and with their ports if they have any, that answer pings at their roots and nothing else. */
  pingHosts: readonly string[];
  /** The app that people add to their workspaces; null: there is none. */
  slack: { clientId: string; signingSecret: string } | null;
  /** Sign badges: the first one signs, any may have signed. */
  secretKeys: readonly string[];
};

/** Receives pings; `path` is what follows `/ping/`. */
export type Pings = {
  ping: (c: Context, path: string) => Promise<Response>;
  /** Receives requests in the form of another monitor; null for any other request. */
  dialect: (c: Context) => Promise<Response | null>;
  heartbeat: (c: Context) => Promise<Response>;
};
