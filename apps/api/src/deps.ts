import type { Networks, OidcSettings, TrustedHeader } from "@overdue/config";
import type { Db, Keyring, Pool, RowSecurity } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Context } from "hono";
import type { Logger } from "pino";

import type { Auth, Sessions } from "./auth/better-auth.ts";
import type { OidcProvider } from "./auth/oidc.ts";
import type { ChangeHub, Streams } from "./events/event-routes.ts";
import type { Readiness } from "./instance/instance-routes.ts";
import type { Metrics } from "./instance/metrics.ts";
import type { KeyUse } from "./keys/key-routes.ts";
import type { Limits } from "./limits/limits.ts";
import type { Site } from "./site/site.ts";
import type { StatusPages } from "./status-pages/page-cache.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** What handlers need besides the request. `open-deps.ts` creates it once for the process; a test creates its own. */
export type Deps = {
  pool: Pool;
  db: Db;
  /** For long reads, on a replica where there is one. A statement that fails there is repeated on the primary. */
  longReads: { pool: Pool; db: Db };
  /** Within a request for a project, `pool`, `db` and `longReads` see that project alone. */
  rowSecurity: RowSecurity;
  keyring: Keyring;
  log: Logger;
  /** The wall clock. */
  now: () => Instant;
  /** Resolves after `ms` milliseconds. */
  pause: (ms: number) => Promise<void>;
  settings: ApiSettings;
  auth: Auth;
  sessions: Sessions;
  /** Null: no OpenID provider is set. */
  oidc: OidcProvider | null;
  keyUse: KeyUse;
  limits: Limits;
  changes: ChangeHub;
  streams: Streams;
  statusPages: StatusPages;
  readiness: Readiness;
  metrics: Metrics;
  site: Site;
  pings: Pings;
  /** Threads for work that takes long. */
  workers: WorkerPool;
  /** The client's address as the trusted proxies report it. */
  clientAddress: (c: Context) => string | null;
  /** The address at the other end of the connection. */
  socketAddress: (c: Context) => string | undefined;
};

export type ApiSettings = {
  version: string;
  /** The origin under which people and jobs reach the instance, without a slash at its end. */
  publicUrl: string;
  /** Origins whose pages may act for a signed-in person. */
  origins: readonly string[];
  /** A mail server is set. */
  mail: boolean;
  /** ALLOW_PRIVATE_NETWORKS: the networks that channels may reach besides public addresses. */
  allowedNetworks: Networks;
  registration: "open" | "invite" | "closed";
  oidc: OidcSettings | null;
  trustedHeader: TrustedHeader | null;
  /** An address as a URI, to whom one writes about a hole; null: none is named. */
  securityContact: string | null;
  /** Where the queues live. */
  queue: "postgres" | "redis";
  /** SELF_HEARTBEAT_URL is set. */
  hasHeartbeat: boolean;
  /** Whether an address gets alerts only once its owner has agreed. */
  emailVerification: boolean;
  /** Null: only the machine itself may read the metrics. */
  metricsToken: string | null;
  /** What stands before the UUID in a ping URL, with its slash. */
  pingUrlBase: string;
  /** Domain in which every check has a mail address; null: no pings by e-mail. */
  pingEmailDomain: string | null;
  /** Hosts, in lower case and with their ports if they have any, that take pings at their roots and nothing else. */
  pingHosts: readonly string[];
  /** The Slack app that people add to their workspaces; null: there is none. */
  slack: { clientId: string; signingSecret: string } | null;
  /** Sign badges: the first key signs, a signature of any of them is valid. */
  secretKeys: readonly string[];
};

/** Receives pings; `path` is what follows `/ping/`. */
export type Pings = {
  ping: (c: Context, path: string) => Promise<Response>;
  /** Receives requests in the form of another monitor; null for any other request. */
  dialect: (c: Context) => Promise<Response | null>;
  heartbeat: (c: Context) => Promise<Response>;
};
