import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { type Config, proxyWarning } from "@overdue/config";
import { foldDatabaseProblems, listen, loggableError, noteProblem, ProblemLog } from "@overdue/db";
import { startTracing } from "@overdue/tracing";
import pino, { type Logger } from "pino";

import { createApp } from "./app.ts";
import { bounceReceiver } from "./bounces/receive-bounce.ts";
import { createHttpServer } from "./http/http-server.ts";
import { openDeps } from "./open-deps.ts";
import { storeFilePlans } from "./plans/store-file-plans.ts";
import { readSite } from "./site/site.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

const WEB_APP = fileURLToPath(new URL("../../web/dist", import.meta.url));
const DRAIN_MS = 10_000;
const STOP_MS = 20_000;
/** After an unexpected error, so that pings under way may still be stored and answered. */
const CRASH_MS = 3_000;
const SWEEP_EVERY_MS = 50;

/** Serves until a signal, then ends in order: not ready, no new connections, drain, close, exit 0. */
export async function runServer(config: Config): Promise<void> {
  const log = pino({
    level: config.logLevel,
    base: { process: "api" },
    serializers: { err: loggableError },
    hooks: foldDatabaseProblems(),
  });
  const ending = createEnding();
  process.on("unhandledRejection", (error) =>
    // The error concerns one piece of work alone; all other requests go on.
    log.error({ err: error }, "A background operation failed."),
  );
  process.on("uncaughtException", (error) => {
    // Something may be half done: the process ends, and its supervisor starts another.
    log.fatal({ err: error }, "The api ends on an unexpected error.");
    ending.end({ status: 1, msMax: CRASH_MS });
  });
  const running = await startServer(config, log);
  // Node's own report of an error would show the values of a failed statement.
  const end = (error: unknown) => {
    log.fatal({ err: error }, "The api ends on an unexpected error.");
    process.exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
  log.info({ port: running.port }, "listening");
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => ending.end({ status: 0, msMax: STOP_MS }));
  ending.stopWith(running.stop);
}

type End = { status: number; msMax: number };

/** Ends this process once, in at most `msMax` milliseconds; it first stops the server if that has started. */
function createEnding() {
  let stop = () => Promise.resolve();
  let isEnding = false;
  return {
    stopWith: (stopServer: () => Promise<void>) => {
      stop = stopServer;
    },
    end: ({ status, msMax }: End) => {
      if (isEnding) return;
      isEnding = true;
      setTimeout(() => process.exit(1), msMax).unref();
      stop().then(
        () => process.exit(status),
        () => process.exit(1),
      );
    },
  };
}

/** Starts on the configured port (0: any free one). */
export async function startServer(
  config: Config,
  log: Logger,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const stopTracing = await startTracing(config.otlpEndpoint, { process: "api", log });
  const redis = await openCounterRedis(config.redisUrl, log);
  const { deps, receiver, pools, directUrl } = openDeps(config, { log, site: readSite(WEB_APP), redis });
  const warning = proxyWarning(config);
  if (warning !== null) log.warn(warning);
  // The first request finds the problem again if TRUST_PROXY still does not name the proxy.
  noteProblem(deps.db, "proxy", null).catch((err: unknown) =>
    log.warn({ err }, "The earlier problem with TRUST_PROXY could not be cleared."),
  );
  const stopStoring = await storeFilePlans(deps.db, config, log);
  const mails = await receiveMails(config, { deps, receiver });
  const { server, closeWaiting } = createHttpServer({
    fetch: createApp(deps).fetch,
    direct: receiver.direct,
    onUnreadable: receiver.unreadable,
  });
  const port = await listenOn(server, config);
  receiver.start({ host: ownHost(config.host), port });
  const stopListening = listen({
    url: directUrl,
    handlers: { overdue_checkpoint_wanted: () => receiver.sendHeartbeat() },
  });
  const stop = async () => {
    deps.readiness.stop();
    stopStoring();
    deps.streams.closeAll();
    await Promise.all([closeServer(server, closeWaiting), mails?.stop()]);
    await Promise.all([receiver.stop(), stopListening(), deps.changes.stop(), deps.workers.close()]);
    await Promise.all(pools.map((pool) => pool.end()));
    redis?.disconnect();
    await stopTracing();
  };
  return { port, stop };
}

type Opened = ReturnType<typeof openDeps>;

/** A request waits no longer than this for its count. */
const COUNT_MS_MAX = 200;

/** Connects to the Redis that counts requests; null without one. Its client is loaded only where it is used. */
async function openCounterRedis(redisUrl: string | null, log: Logger) {
  if (redisUrl === null) return null;
  const { openRedis } = await import("@overdue/redis");
  const problems = new ProblemLog({
    lasts: (count) =>
      log.warn({ count }, "Redis still fails; `count` is the number of errors since the last line."),
    over: () => log.warn("Redis works again: there was no error for 30 s. Requests are counted there again."),
  });
  const options = { commandTimeout: COUNT_MS_MAX, maxRetriesPerRequest: 1, enableOfflineQueue: false };
  return openRedis(redisUrl, options).on("error", (err: unknown) => {
    if (problems.report()) log.warn({ err }, "Redis fails; each process counts requests for itself.");
  });
}

/** Mails have threads of their own, so that mails and uploaded files never wait for each other. */
const MAIL_LIMITS = {
  threads: 2,
  taskMsMax: 5_000,
  heapMegabytesMax: 128,
  waitingMax: 500,
  waitingPerOwnerMax: 100,
};

/** Starts the mail receiver; null without one. It is loaded only here, since most instances take no pings by e-mail. */
async function receiveMails(
  { pingEmail, pingBodyBytesMax, smtpUrl }: Config,
  { deps: { db, keyring, log }, receiver }: Pick<Opened, "deps" | "receiver">,
) {
  if (pingEmail === null) return null;
  const { startMailReceiver } = await import("./pings/email/mail-receiver.ts");
  const { ingest, clock, findMailTarget } = receiver;
  const { domain } = pingEmail;
  const workers = new WorkerPool(MAIL_LIMITS);
  const bounces = bounceReceiver({
    db,
    keyring,
    ownerContact: { keyring, mail: smtpUrl !== null },
    log,
    workers,
  });
  const mails = await startMailReceiver(
    {
      domain,
      ingest,
      clock,
      log,
      bodyBytesMax: pingBodyBytesMax,
      bounces,
      findTarget: findMailTarget,
      workers,
    },
    pingEmail,
  );
  log.info({ port: mails.port, domain }, "taking pings by e-mail");
  const stop = async () => {
    await mails.stop();
    await workers.close();
  };
  return { stop };
}

function listenOn(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The host at which this server reaches itself: one cannot connect to an address that stands for all interfaces. */
function ownHost(host: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
}

/** Takes no new connections. Open ones end once their request is answered, and after `DRAIN_MS` in any case. */
function closeServer(server: Server, closeWaiting: () => void): Promise<void> {
  return new Promise((resolve) => {
    const drainTimeout = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    // A connection whose request was just answered would be kept alive for another one.
    const sweep = setInterval(() => {
      closeWaiting();
      server.closeIdleConnections();
    }, SWEEP_EVERY_MS);
    server.close(() => {
      clearTimeout(drainTimeout);
      clearInterval(sweep);
      resolve();
    });
  });
}
