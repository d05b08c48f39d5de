import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Pool, migrate, openPool } from "@overdue/db";
import { freePort, initialise, startServer } from "@overdue/postgres";
import { redisMissing, testRedis } from "@overdue/testkit";

/** At least 32 characters long, as the product requires. */
export const SECRET_KEY = "a secret of the bench that is long enough to be one";

/** The product's own processes on a real PostgreSQL, and on a Redis if the queue is to be there. */
export type Product = {
  pool: Pool;
  redisUrl: string | null;
  sink: Sink;
  /** Starts one more checker. */
  startChecker(): Promise<ChildProcess>;
  /** Starts one more sender. */
  startSender(): Promise<ChildProcess>;
  stop(): Promise<void>;
};

type Sink = {
  url: string;
  /** Delivery id and epoch ms of every call since the last `forget`, in order. */
  calls(): Promise<[string, number][]>;
  forget(): Promise<void>;
};

/** Starts database, api and sink, but no checker and no sender yet. `store`: where the queue is. */
export async function startProduct(store: "postgres" | "redis", answerMs: number): Promise<Product> {
  // Without Redis the figures would be those of the other mode.
  if (store === "redis" && redisMissing !== null) throw new Error(redisMissing);
  const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-bench-")));
  chmodSync(home, 0o755);
  await initialise(join(home, "postgres"), "bench");
  const postgres = await startServer({
    directory: join(home, "postgres"),
    logFile: join(home, "postgres.log"),
  });
  const url = `postgres://postgres:bench@127.0.0.1:${postgres.port}/postgres`;
  const pool = openPool({ url, max: 4, name: "bench", statementTimeoutMs: 120_000 });
  await migrate(pool);
  const redis = store === "redis" ? await testRedis() : null;
  const environment = await environmentOf(url, redis?.url ?? null);
  const children: ChildProcess[] = [];
  const startOne = async (path: string, more: NodeJS.ProcessEnv = {}) => {
    const child = startChild(path, { ...environment, ...more });
    children.push(child);
    return child;
  };
  const sink = await sinkOf(await startOne("bench/alerts/sink.ts", { SINK_ANSWER_MS: String(answerMs) }));
  await startOne("apps/api/src/main.ts");
  return {
    pool,
    redisUrl: redis?.url ?? null,
    sink,
    startChecker: () => startOne("apps/checker/src/main.ts"),
    startSender: () => startOne("apps/checker/src/sender/main.ts"),
    stop: async () => {
      await Promise.all(children.map(end));
      await redis?.stop();
      await pool.end();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function environmentOf(url: string, redisUrl: string | null): Promise<NodeJS.ProcessEnv> {
  return {
    PATH: process.env["PATH"],
    DATABASE_URL: url,
    SECRET_KEY,
    PORT: String(await freePort()),
    ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
    LOG_LEVEL: process.env["LOG_LEVEL"] ?? "error",
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
  };
}

function startChild(path: string, env: NodeJS.ProcessEnv): ChildProcess {
  const profile =
    process.env["BENCH_PROFILE"] && path.includes("checker")
      ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof"]
      : [];
  return spawn(process.execPath, [...profile, join(import.meta.dirname, "../..", path)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function sinkOf(child: ChildProcess): Promise<Sink> {
  const [line]: unknown[] = child.stdout === null ? [] : await once(child.stdout, "data");
  const url = `http://127.0.0.1:${Number(String(line))}`;
  return {
    url: `${url}/hook`,
    calls: async () => (await fetch(`${url}/calls`)).json() as Promise<[string, number][]>,
    forget: async () => void (await (await fetch(`${url}/calls`, { method: "DELETE" })).text()),
  };
}

async function end(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
