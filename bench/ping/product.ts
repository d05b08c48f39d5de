import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Db, type Pool, openPool } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";

import { withInstance } from "../../apps/supervisor/src/admin/instance.ts";
import { emptyDataDirectory, startProduct } from "../../e2e/support/product.ts";
import { type ByProcess, cpuOf, memoryOf } from "./cpu.ts";

/** The product as `npm start` runs it, on a new data directory. `superuser`: a pool of one connection that may do anything. */
export type Product = {
  port: number;
  db: Db;
  pool: Pool;
  superuser: Pool;
  databaseUrl: string;
  /** Seconds of CPU since the start, by kind of process. */
  cpu: () => ByProcess;
  /** Megabytes that are not shared, by kind of process. */
  memory: () => ByProcess;
};

const SETTINGS = {
  LOG_LEVEL: "warn",
  BOOTSTRAP_EMAIL: "bench@example.org",
  BOOTSTRAP_PASSWORD: "a password for the bench",
};

/** Starts a product, runs `work`, stops the product and deletes its data. */
export async function withProduct(work: (product: Product) => Promise<void>): Promise<void> {
  const data = await emptyDataDirectory();
  try {
    await runOn(data.path, work);
  } finally {
    await data.remove();
  }
}

/**
 * Starts a product for `fill`, and once more for `work`, which gets the time of the second start. `kept`: a directory whose data
 * is kept, and filled only the first time; null: the data is deleted.
 */
export async function withStartedTwice(
  fill: (product: Product) => Promise<void>,
  work: (product: Product, startMs: number) => Promise<void>,
  kept: string | null = null,
): Promise<void> {
  const data = kept === null ? await emptyDataDirectory() : { path: kept, remove: () => Promise.resolve() };
  const filled = join(data.path, "filled");
  try {
    if (!existsSync(filled)) {
      await runOn(data.path, fill);
      writeFileSync(filled, "");
    }
    await runOn(data.path, work);
  } finally {
    await data.remove();
  }
}

async function runOn(
  dataDir: string,
  work: (product: Product, startMs: number) => Promise<void>,
): Promise<void> {
  const begun = performance.now();
  const product = await startProduct(dataDir, SETTINGS);
  const startMs = performance.now() - begun;
  try {
    await withInstance({ ...process.env, DATA_DIR: dataDir }, async ({ db, pool }) => {
      const server = serverOf(dataDir);
      const superuser = openPool({
        url: server.superuserUrl,
        max: 1,
        name: "bench",
        statementTimeoutMs: 600_000,
      });
      try {
        const roots = [product.pid, server.pid];
        const port = Number(new URL(product.origin).port);
        const measured = { cpu: () => cpuOf(roots), memory: () => memoryOf(roots) };
        await work({ port, db, pool, superuser, databaseUrl: server.url, ...measured }, startMs);
      } finally {
        await superuser.end();
      }
    });
  } finally {
    await product.stop();
  }
}

function serverOf(dataDir: string) {
  const postmaster = findPostmaster(join(dataDir, "postgres"));
  if (postmaster === null) throw new Error("The product's database does not run.");
  const password = readFileSync(join(dataDir, "postgres-password"), "utf8").trim();
  const url = (user: string) => `postgres://${user}:${password}@127.0.0.1:${postmaster.port}/overdue`;
  return { pid: postmaster.pid, url: url("overdue"), superuserUrl: url("postgres") };
}
