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
import { readSite } from "./site/site.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

const WEB_APP = fileURLToPath(new URL("../../web/dist", import.meta.url));
const DRAIN_MS = 10_000;
const STOP_MS = 20_000;
/** Pings under way may still be stored and answered. */
const SURPRISE_MS = 3_000;
const SWEEP_MS = 50;

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
    // Only what waited for this has failed; the requests of all others go on.
    log.error({ err: error }, "Something failed that nothing waited for."),
  );
  process.on("uncaughtException", (error) => {
    // Something may be half done: the process ends, and its supervisor starts another.
    log.fatal({ err: error }, "The api ends on an unexpected error.");
    ending.end({ status: 1, msMax: SURPRISE_MS });
  });
  const running = await startServer(config, log);
  // Node's own report of an error would show what a failed statement carried.
  const end = (error: unknown) => {
    log.fatal({ err: error }, "The api ends on an unexpected error.");
    process.exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
  log.info({ port: running.port }, "listening");
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => ending.end({ status: 0, msMax: STOP_MS }));
  ending.by(running.stop);
}

type End = { status: number; msMax: number };

/** Ends this process once, by `stop` where there is one by then; the time that it may take is bounded. */
function createEnding() {
  let stop = () => Promise.resolve();
  let isEnding = false;
  return {
    by: (how: () => Promise<void>) => {
      stop = how;
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
  const redis = await openCounts(config.redisUrl, log);
  const { deps, receiver, pools, directUrl } = openDeps(config, { log, site: readSite(WEB_APP), redis });
  const warning = proxyWarning(config);
  if (warning !== null) log.warn(warning);
  // Found again by the first request, if TRUST_PROXY still does not name the proxy.
  noteProblem(deps.db, "proxy", null).catch((err: unknown) => log.warn({ err }, "could not be noted"));
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
    deps.streams.closeAll();
    await Promise.all([closed(server, closeWaiting), mails?.stop()]);
    await Promise.all([receiver.stop(), stopListening(), deps.changes.stop(), deps.workers.close()]);
    await Promise.all(pools.map((pool) => pool.end()));
    redis?.disconnect();
    await stopTracing();
  };
  return { port, stop };
}

type Opened = ReturnType<typeof openDeps>;

/** A request waits no longer than this for its count. */
const COUNT_MS = 200;

/** The client is loaded only where it is used. */
async function openCounts(redisUrl: string | null, log: Logger) {
  if (redisUrl === null) return null;
  const { openRedis } = await import("@overdue/redis");
  const problems = new ProblemLog({
    lasts: (count) => log.warn({ count }, "Redis still fails: so many errors since the last such line."),
    over: () => log.warn("Redis has given no error for 30 s: requests are counted there again."),
  });
  const options = { commandTimeout: COUNT_MS, maxRetriesPerRequest: 1, enableOfflineQueue: false };
  return openRedis(redisUrl, options).on("error", (err: unknown) => {
    if (problems.report()) log.warn({ err }, "Redis fails; each process counts requests for itself.");
  });
}

/** Threads of their own, so that mails and files never wait for each other. */
const MAIL_LIMITS = {
  threads: 2,
  taskMsMax: 5_000,
  heapMegabytesMax: 128,
  waitingMax: 500,
  waitingPerOwnerMax: 100,
};

/** Loaded only where it is asked for: most instances take no pings by e-mail. */
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

/** Where we reach ourselves: an address that stands for every interface is not one to connect to. */
function ownHost(host: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
}

/** No new connections; those that are open end with the answer they wait for, or after a while without it. */
function closed(server: Server, closeWaiting: () => void): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    // One that was busy a moment ago may be idle now, and would be kept alive for another request.
    const sweep = setInterval(() => {
      closeWaiting();
      server.closeIdleConnections();
    }, SWEEP_MS);
    server.close(() => {
      clearTimeout(patience);
      clearInterval(sweep);
      resolve();
    });
  });
}
