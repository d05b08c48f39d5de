import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { type Db, type Pool, openPool } from "@overdue/db";
import { findPostmaster, freePort } from "@overdue/postgres";

import { withInstance } from "../../apps/supervisor/src/admin/instance.ts";
import { type Cpu, cpuOf } from "./cpu.ts";

/** The product as `npm start` runs it, on a new data directory. `superuser`: a pool of one connection that may do all. */
export type Product = {
  port: number;
  db: Db;
  pool: Pool;
  superuser: Pool;
  databaseUrl: string;
  /** Seconds of CPU since the start. */
  cpu(): Cpu;
};

/** Runs `work` beside a product that is started before and stopped after it; its data is deleted. */
export async function withProduct(work: (product: Product) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "overdue-bench-"));
  const port = await freePort();
  const environment = {
    ...process.env,
    DATA_DIR: join(home, "data"),
    PORT: String(port),
    LOG_LEVEL: "warn",
    BOOTSTRAP_EMAIL: "bench@example.org",
    BOOTSTRAP_PASSWORD: "a password for the bench",
  };
  const child = spawn("npm", ["start"], { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  try {
    await ready(child, port);
    await withInstance(environment, async ({ db, pool }) => {
      const server = serverOf(join(home, "data"));
      const superuser = openPool({
        url: server.superuserUrl,
        max: 1,
        name: "bench",
        statementTimeoutMs: 600_000,
      });
      try {
        const cpu = () => cpuOf([child.pid ?? 0, server.pid]);
        await work({ port, db, pool, superuser, databaseUrl: server.url, cpu });
      } finally {
        await superuser.end();
      }
    });
  } finally {
    await stop(child);
    rmSync(home, { recursive: true, force: true });
  }
}

function serverOf(dataDir: string) {
  const postmaster = findPostmaster(join(dataDir, "postgres"));
  if (postmaster === null) throw new Error("The product's database does not run.");
  const password = readFileSync(join(dataDir, "postgres-password"), "utf8").trim();
  const url = (user: string) => `postgres://${user}:${password}@127.0.0.1:${postmaster.port}/overdue`;
  return { pid: postmaster.pid, url: url("overdue"), superuserUrl: url("postgres") };
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const status = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      async (response) => (await response.text(), response.status),
      () => 0,
    );
    if (status === 200) return;
    await wait(100);
  }
  throw new Error("npm start ended before it was ready.");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
