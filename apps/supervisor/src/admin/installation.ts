import { setTimeout as wait } from "node:timers/promises";
import { readConfig } from "@overdue/config";
import { type Db, type Keyring, keyringOf, migrate, openDb, openPool } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";
import { type DataFiles, keptSecret, prepareDataDirectory } from "../data/data-directory.ts";
import { findHolder, takeLock } from "../data/lock.ts";
import type { Database } from "../database/database.ts";
import { embeddedUrl, openEmbedded } from "../database/embedded.ts";
import { openOwnServer } from "../database/own-server.ts";
import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";

/** What a command of the operator works on: the database, and the key that opens sealed values. */
export type Installation = { db: Db; keyring: Keyring };

/**
 * Lets a command work on the installation that the environment describes, whether the product runs or not; an
 * embedded database that does not run is started for it, and stopped after it.
 */
export async function withInstallation<T>(
  environment: Environment,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl, secretKeys } = readConfig(environment);
  const database =
    databaseUrl === null ? await openBeside(prepareDataDirectory(dataDir)) : await openOwnServer(databaseUrl);
  const pool = openPool({ url: database.url, max: 2, name: "admin" });
  try {
    await migrate(pool);
    const secrets =
      secretKeys.length > 0 ? secretKeys : [keptSecret(prepareDataDirectory(dataDir).secretKey)];
    return await work({ db: openDb(pool), keyring: keyringOf(secrets) });
  } finally {
    await pool.end();
    await database.stop();
  }
}

const STARTING_MS_MAX = 30_000;
const STEP_MS = 50;

async function openBeside(files: DataFiles): Promise<Database> {
  if (!findHolder(files.lock)) return openForNow(files);
  const port = await runningPort(files);
  return { url: embeddedUrl(files, port), stop: () => Promise.resolve() };
}

/** The port of the product's database, which a product that is just starting has not opened yet. */
async function runningPort(files: DataFiles): Promise<number> {
  for (let waitedMs = 0; waitedMs < STARTING_MS_MAX; waitedMs += STEP_MS) {
    const postmaster = findPostmaster(files.postgres);
    if (postmaster && findHolder(files.lock)?.url) return postmaster.port;
    await wait(STEP_MS);
  }
  throw new Refusal("Overdue is starting and its database does not answer yet; try again.");
}

async function openForNow(files: DataFiles): Promise<Database> {
  const lock = takeLock(files.lock);
  try {
    const database = await openEmbedded(files, { say: () => undefined });
    return { url: database.url, stop: () => database.stop().finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}
