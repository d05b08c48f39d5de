import { setTimeout as wait } from "node:timers/promises";

import { readConfig } from "@overdue/config";
import { type Db, type Keyring, keyringOf, migrate, openDb, openPool, type Pool } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";

import {
  type DataFiles,
  findHolder,
  prepareDataDirectory,
  readOrCreateSecret,
  takeLock,
} from "../data/data-directory.ts";
import { type Database, openOwnServer } from "../database/own-server.ts";
import { embeddedUrl, openEmbedded } from "../database/embedded.ts";
import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";

/** The instance that a command works on: its database, the keys that decrypt sealed values, and what prints its progress. */
export type Instance = { db: Db; pool: Pool; keyring: Keyring; say: (line: string) => void };

/**
 * Runs `work` on the instance that the environment describes. An embedded database that is not running is started before
 * the work and stopped after it.
 */
export async function withInstance<T>(
  environment: Environment,
  work: (instance: Omit<Instance, "say">) => Promise<T>,
): Promise<T> {
  return await withDatabase(environment, async ({ directUrl, secrets }) => {
    const pool = openPool({ url: directUrl, max: 2, name: "admin" });
    try {
      await migrate(pool);
      return await work({ db: openDb(pool), pool, keyring: keyringOf(secrets()) });
    } finally {
      await pool.end();
    }
  });
}

/** `secrets`: reads SECRET_KEY or the stored key, newest first. */
type Opened = { directUrl: string; secrets: () => string[] };

/** As `withInstance`, with the database as it is: its schema is not brought up to date. */
export async function withDatabase<T>(
  environment: Environment,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl, databaseDirectUrl, secretKeys } = readConfig(environment);
  const database =
    databaseUrl === null
      ? await openEmbeddedOrRunning(prepareDataDirectory(dataDir))
      : await openOwnServer({ url: databaseUrl, direct: databaseDirectUrl });
  const secrets = () => (secretKeys.length > 0 ? secretKeys : keptSecrets(dataDir));
  try {
    return await work({ directUrl: database.directUrl, secrets });
  } finally {
    await database.stop();
  }
}

/** The keys in the data directory: one, or several with commas while it is changed. */
function keptSecrets(dataDir: string): string[] {
  const text = readOrCreateSecret(prepareDataDirectory(dataDir).secretKey);
  return text.split(",").map((one) => one.trim());
}

const STARTING_MS_MAX = 30_000;
const POLL_MS = 50;

async function openEmbeddedOrRunning(files: DataFiles): Promise<Database> {
  if (!findHolder(files.lock)) return openTemporarily(files);
  const port = await runningPort(files);
  const url = embeddedUrl(files, port);
  return { url, directUrl: url, stop: () => Promise.resolve() };
}

/** The port of the running product's database; waits for a product that is just starting. */
async function runningPort(files: DataFiles): Promise<number> {
  for (let waitedMs = 0; waitedMs < STARTING_MS_MAX; waitedMs += POLL_MS) {
    const postmaster = findPostmaster(files.postgres);
    if (postmaster && findHolder(files.lock)?.url) return postmaster.port;
    await wait(POLL_MS);
  }
  throw new Refusal("Overdue is starting and its database does not answer yet; try again.");
}

async function openTemporarily(files: DataFiles): Promise<Database> {
  const lock = takeLock(files.lock);
  try {
    const database = await openEmbedded(files, { say: () => undefined });
    return { ...database, stop: () => database.stop().finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}
