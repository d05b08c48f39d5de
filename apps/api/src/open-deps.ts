import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import type { HttpBindings } from "@hono/node-server";
import { type Config, parseNetworks } from "@overdue/config";
import {
  derive,
  keyringOf,
  noteProblem,
  openDb,
  openPool,
  openReplica,
  type Pool,
  ProblemLog,
  readVitalSigns,
  RowSecurity,
} from "@overdue/db";
import type { Cluster, Redis } from "@overdue/redis";
import type { Context } from "hono";
import type { Logger } from "pino";

import packageJson from "../package.json" with { type: "json" };
import { createAuth, createSessions } from "./auth/better-auth.ts";
import { OidcProvider } from "./auth/oidc.ts";
import type { ApiSettings, Deps } from "./deps.ts";
import { ChangeHub, Streams } from "./events/event-routes.ts";
import {
  clientAddressFinder,
  type Hops,
  shownAddress,
  untrustedProxySentence,
  watchProxies,
} from "./http/client-address.ts";
import { Readiness } from "./instance/instance-routes.ts";
import {
  addKeptGauges,
  addRefusedCounter,
  addSkewGauge,
  addVitalGauges,
  Metrics,
} from "./instance/metrics.ts";
import { KeyUse } from "./keys/key-routes.ts";
import { Limits } from "./limits/limits.ts";
import { createReceiver } from "./pings/receiver.ts";
import { Room } from "./pings/room.ts";
import type { Site } from "./site/site.ts";
import { StatusPages } from "./status-pages/page-cache.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

/** The largest file that people upload takes a second or two, and up to ten seconds on a busy machine. */
const WORKER_LIMITS = {
  threads: 2,
  taskMsMax: 10_000,
  heapMegabytesMax: 256,
  waitingMax: 50,
  waitingPerOwnerMax: 3,
};

/** `redis` counts the requests of all processes together; left out or null: each process counts its own. */
type OpenWith = { log: Logger; site: Site; redis?: Redis | Cluster | null };

/** Opens everything that requests need. Pings have a pool of their own, which no slow page can use up. */
export function openDeps(config: Config, { log, site, redis = null }: OpenWith) {
  const { databaseUrl, secretKeys, pingBodyBytesMax } = config;
  const [secret] = secretKeys;
  if (databaseUrl === null) throw new Error("The api needs DATABASE_URL: npm start sets it.");
  if (secret === undefined) throw new Error("The api needs SECRET_KEY: npm start sets it.");
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  const pool = openPool({ url: databaseUrl, max: 10, name: "api" });
  const projectPool = openPool({ url: databaseUrl, max: 10, name: "projects" });
  const onMissing = (sentence: string) => log.warn(sentence);
  const rowSecurity = new RowSecurity({ primary: pool, sessions: projectPool, onMissing });
  const pingPool = openPool({ url: databaseUrl, max: 6, statementTimeoutMs: 2_000, name: "pings" });
  const finders = addressFinders(config.trustedProxies, (peer) => {
    const sentence = untrustedProxySentence(peer);
    log.warn(sentence);
    noteProblem(openDb(pool), "proxy", sentence).catch((err: unknown) =>
      log.warn({ err }, "The problem with TRUST_PROXY could not be stored."),
    );
  });
  const { pingAddresses, ...addresses } = finders;
  const room = new Room({ pool: pingPool, directory: join(config.dataDir, "postgres") });
  const receiver = createReceiver({
    pool: pingPool,
    room,
    log,
    bodyBytesMax: pingBodyBytesMax,
    addresses: pingAddresses,
    ...(config.pingSpoolMegabytes > 0 && {
      spool: { directory: join(config.dataDir, "spool"), bytesMax: config.pingSpoolMegabytes * 1_000_000 },
    }),
    publicUrl: config.publicUrl,
  });
  const settings = readSettings(config);
  const limits = new Limits({ pool, requestsPerMinute: config.apiRateLimit, redis });
  const metrics = new Metrics({ streams: () => deps.streams.count, process: true });
  const readPool = openReadPool(config.databaseReplicaUrl, { primary: pool, log, metrics });
  const opened = { pool, readPool, rowSecurity, metrics, log, settings, limits, room };
  const deps = createDeps({ ...opened, databaseUrl, directUrl, secret });
  addVitalGauges(deps.metrics.registry, () => readVitalSigns(pool));
  addSkewGauge(deps.metrics.registry, receiver.clock.skewMs);
  addKeptGauges(deps.metrics.registry, receiver.kept);
  addRefusedCounter(deps.metrics.registry, receiver.refusals.counts);
  deps.metrics.registry.registerMetric(receiver.storeSeconds);
  const keyring = keyringOf(secretKeys);
  return {
    deps: { ...deps, ...addresses, keyring, site, pings: receiver } satisfies Deps,
    receiver,
    pools: [...(readPool === pool ? [] : [readPool]), projectPool, pool, pingPool],
    directUrl,
  };
}

/** Opens the pool for long reads; it is the primary's own where there is no replica. */
function openReadPool(
  url: string | null,
  { primary, log, metrics }: { primary: Pool; log: Logger; metrics: Metrics },
): Pool {
  if (url === null) return primary;
  const problems = new ProblemLog({
    lasts: (count) =>
      log.warn(
        { count },
        "The read replica still fails; `count` is the number of errors since the last line.",
      ),
    over: () => log.warn("The read replica works again: there was no error for 30 s."),
  });
  const countRead = metrics.countReads();
  return openReplica({
    primary,
    url,
    max: 10,
    onRead: countRead,
    onError: (err) => {
      if (problems.report()) log.warn({ err }, "The read replica fails; all is read from the primary.");
    },
  });
}

type Opened = Pick<Deps, "pool" | "log" | "settings" | "limits" | "metrics"> & {
  readPool: Pool;
  rowSecurity: RowSecurity;
  databaseUrl: string;
  directUrl: string;
  secret: string;
  room: Room;
};

function createDeps(opened: Opened) {
  const { pool, readPool, rowSecurity, log, settings, limits, metrics, databaseUrl, directUrl, secret } =
    opened;
  const db = openDb(pool);
  const now = () => Date.now();
  const auth = createAuth({ db, log, ...settings, secret: derive(secret, "sessions").toString("base64") });
  const streams = new Streams({ db, log });
  const changes = new ChangeHub(directUrl);
  return {
    pool,
    db,
    longReads: { pool: readPool, db: openDb(readPool) },
    rowSecurity,
    log,
    now,
    pause: (ms: number) => setTimeout<void>(ms),
    settings,
    limits,
    auth,
    sessions: createSessions(auth),
    oidc: settings.oidc === null ? null : new OidcProvider(settings.oidc, settings.publicUrl),
    keyUse: new KeyUse({ db, log, now }),
    changes,
    streams,
    statusPages: new StatusPages({ pool, db, changes, now }),
    workers: new WorkerPool(WORKER_LIMITS),
    readiness: new Readiness({ databaseUrl, room: opened.room, now: () => performance.now() }),
    metrics,
  };
}

function readSettings(config: Config): ApiSettings {
  const { publicUrl, registration, pingHosts, secretKeys, metricsToken } = config;
  const { protocol } = new URL(publicUrl);
  return {
    version: packageJson.version,
    queue: config.redisUrl === null ? "postgres" : "redis",
    hasHeartbeat: config.selfHeartbeatUrl !== null,
    publicUrl,
    origins: ownOrigins(publicUrl),
    mail: config.smtpUrl !== null,
    allowedNetworks: parseNetworks(config.allowedPrivateNetworks),
    registration,
    oidc: config.oidc,
    trustedHeader: config.trustedHeader,
    emailVerification: config.emailVerification,
    metricsToken,
    securityContact: config.securityContact,
    pingUrlBase: pingHosts[0] === undefined ? `${publicUrl}/ping/` : `${protocol}//${pingHosts[0]}/`,
    pingHosts,
    pingEmailDomain: config.pingEmail?.domain ?? null,
    secretKeys,
    slack: slackApp(config),
  };
}

/** The app works only with the client secret too, which the checker needs. */
function slackApp({ slackClientId: clientId, slackClientSecret, slackSigningSecret: signingSecret }: Config) {
  const isComplete = clientId !== null && slackClientSecret !== null && signingSecret !== null;
  return isComplete ? { clientId, signingSecret } : null;
}

/** A page on the machine itself may be opened by either name of it. */
function ownOrigins(publicUrl: string): string[] {
  const names = ["localhost", "127.0.0.1"];
  const url = new URL(publicUrl);
  if (!names.includes(url.hostname)) return [url.origin];
  return names.map((name) => Object.assign(new URL(publicUrl), { hostname: name }).origin);
}

function addressFinders(trustedProxies: readonly string[], onUntrusted: (peer: string) => void) {
  const find = clientAddressFinder(trustedProxies);
  const watch = watchProxies(trustedProxies, onUntrusted);
  const socketAddress = (c: Context) =>
    (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress;
  const clientAddress = (c: Context) => {
    const hops = { socketAddress: socketAddress(c), forwardedFor: c.req.header("x-forwarded-for") };
    watch(hops);
    return find(hops);
  };
  const direct = new Map<string, { client: string | null; shown: string | null }>();
  /** The addresses of a ping. Those of a sender without a proxy are remembered. */
  const pingAddresses = (hops: Hops) => {
    const { socketAddress: from = "", forwardedFor } = hops;
    const known = forwardedFor === undefined ? direct.get(from) : undefined;
    if (known !== undefined) return known;
    watch(hops);
    const client = find(hops);
    const found = { client, shown: shownAddress(hops, client) };
    if (direct.size >= DIRECT_SENDERS_MAX) direct.clear();
    if (forwardedFor === undefined) direct.set(from, found);
    return found;
  };
  return { socketAddress, clientAddress, pingAddresses };
}

const DIRECT_SENDERS_MAX = 1_000;
