import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { findPostmaster, freePort, initialise, startServer } from "@overdue/postgres";
import { testRedis, type TestRedis } from "@overdue/testkit";

import { type DatabaseClock, makeDatabaseClock } from "./database-clock.ts";
import { type DataDisk, makeDataDisk } from "./disk.ts";
import { type Instance, startInstance } from "./instance.ts";
import type { Options } from "./options.ts";
import { descendants, signal } from "./processes.ts";
import { type Proxy, startProxy } from "./proxy.ts";

/** At least 32 characters long, as the product requires. */
const SECRET_KEY = "a secret of the chaos that is long enough to be one";

/** The product under test with its servers. */
export type Product = {
  instances: readonly Instance[];
  /** The process of PostgreSQL; null while it does not run. */
  postgres: () => number | null;
  /** In front of PostgreSQL; null where the product starts its own. */
  postgresProxy: Proxy | null;
  /** Null where the queue is in PostgreSQL. */
  redis: Redis | null;
  /** The clock of PostgreSQL; null where the product starts its own, or this machine has no libfaketime. */
  databaseClock: DatabaseClock | null;
  /** Where the first instance's data is; null where this machine allows no small file system. */
  disk: DataDisk | null;
  /** The environment by which the functions of the product's commands find it. */
  environment: () => Record<string, string>;
  stop: () => Promise<void>;
};

/** A Redis behind a proxy. `restart` kills it and starts an empty one. */
type Redis = {
  proxy: Proxy;
  port: () => number;
  pid: () => number;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Starts the product as the options say, below `home`. */
export async function startProduct(options: Options, home: string): Promise<Product> {
  const redis = options.mode === "redis" ? await startRedis() : null;
  const queue: Record<string, string> =
    redis === null ? {} : { REDIS_URL: `redis://127.0.0.1:${redis.proxy.port}` };
  const product =
    options.servers === "embedded"
      ? await startEmbedded(options, home, queue)
      : await startOnOwnServer(options, home, queue);
  const { stop } = product;
  const stopAll = async () => {
    await stop();
    await redis?.stop();
  };
  return { ...product, redis, stop: stopAll };
}

async function startRedis(): Promise<Redis> {
  const start = async (): Promise<TestRedis> => {
    const started = await testRedis();
    if (started === null) throw new Error("The mode redis needs redis-server: set REDIS_SERVER_PATH.");
    return started;
  };
  let server = await start();
  const port = () => Number(new URL(server.url).port);
  const proxy = await startProxy(port);
  return {
    proxy,
    port,
    pid: () => server.pid,
    restart: async () => {
      await server.stop();
      server = await start();
    },
    stop: async () => {
      proxy.close();
      await server.stop();
    },
  };
}

type Started = Omit<Product, "redis">;

async function startEmbedded(
  { source }: Options,
  home: string,
  environment: Record<string, string>,
): Promise<Started> {
  const disk = makeDataDisk(join(home, "disk"));
  const dataDirectory = join(disk?.path ?? home, "data");
  const instance = startInstance({
    source,
    dataDirectory,
    port: await freePort(),
    environment,
    logFile: join(home, "product.log"),
  });
  await instance.ready();
  const directory = join(dataDirectory, "postgres");
  return {
    instances: [instance],
    postgres: () => findPostmaster(directory)?.pid ?? null,
    postgresProxy: null,
    databaseClock: null,
    disk,
    environment: () => ({ DATA_DIR: dataDirectory }),
    stop: async () => {
      await instance.stop();
      disk?.remove();
    },
  };
}

async function startOnOwnServer(
  { source }: Options,
  home: string,
  queue: Record<string, string>,
): Promise<Started> {
  const server = await keepServer(home);
  const proxy = await startProxy(() => server.port);
  const urlAt = (port: number) => `postgres://postgres:chaos@127.0.0.1:${port}/postgres`;
  const environment = { ...queue, SECRET_KEY, DATABASE_URL: urlAt(proxy.port) };
  const instances: Instance[] = [];
  for (const number of [1, 2]) {
    const instance = startInstance({
      source,
      dataDirectory: join(home, `data-${number}`),
      port: await freePort(),
      environment,
      logFile: join(home, `product-${number}.log`),
    });
    instances.push(instance);
    await instance.ready();
  }
  return {
    instances,
    postgres: server.pid,
    postgresProxy: proxy,
    databaseClock: server.clock,
    disk: null,
    environment: () => ({ DATA_DIR: join(home, "data-1"), SECRET_KEY, DATABASE_URL: urlAt(server.port) }),
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.stop()));
      proxy.close();
      await server.stop();
    },
  };
}

/** A PostgreSQL of its own, which is started again on the same port whenever it ends. */
async function keepServer(home: string) {
  const options = { directory: join(home, "postgres"), logFile: join(home, "postgres.log") };
  await initialise(options.directory, "chaos");
  const clock = makeDatabaseClock(join(home, "clock"));
  const start = (port?: number) => {
    const started = () => startServer(port === undefined ? options : { ...options, port });
    return clock === null ? started() : clock.within(started);
  };
  let server = await start();
  const { port } = server;
  let isWanted = true;
  process.once("exit", () => server.interrupt());
  const watch = async () => {
    for (await server.exited; isWanted; await server.exited) {
      await wait(500);
      server = await start(port);
    }
  };
  const watching = watch().catch((error: unknown) =>
    process.stderr.write(`PostgreSQL is gone: ${String(error)}\n`),
  );
  return {
    port,
    clock,
    pid: () => (server.hasExited() ? null : server.pid),
    stop: async () => {
      isWanted = false;
      await server.stop();
      await watching;
    },
  };
}

/** Sends a signal to a server of PostgreSQL and to all of its processes. */
export function signalPostgres(postmaster: number, name: NodeJS.Signals): void {
  const processes = descendants(postmaster).map(({ pid }) => pid);
  for (const pid of [postmaster, ...processes]) signal(pid, name);
}
