import { existsSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createProjectRole, Session } from "@overdue/db";
import { initialise, majorVersion, POSTGRES_MAJOR, type Server, startServer } from "@overdue/postgres";
import { type DataFiles, readOrCreateSecret } from "../data/data-directory.ts";
import { Refusal } from "../refusal.ts";
import type { Database } from "./own-server.ts";

/**
 * `say` prints a sentence on the terminal. `onProcess` is called with the id of the server's process when it starts, and
 * with null when it ends. `signal` is aborted when the product is ending: a server that ends then is not started again.
 */
export type EmbeddedOptions = {
  say: (sentence: string) => void;
  onProcess?: (pid: number | null) => void;
  signal?: AbortSignal;
};

/**
 * Starts the embedded PostgreSQL of a data directory, creating the database if there is none, and starts it again on the
 * same port whenever it ends.
 *
 * @throws Refusal if the directory belongs to another major version; nothing is changed then.
 */
export async function openEmbedded(files: DataFiles, options: EmbeddedOptions): Promise<Database> {
  refuseOtherMajorVersion(files);
  const password = readOrCreateSecret(files.postgresPassword);
  if (majorVersion(files.postgres) === null) await initialise(files.postgres, password);
  const keeper = await keepRunning(files, options);
  const url = (user: string, name: string) =>
    `postgres://${user}:${password}@127.0.0.1:${keeper.port}/${name}`;
  try {
    await createDatabase(url("postgres", "postgres"), password);
  } catch (error) {
    await keeper.stop();
    throw error;
  }
  const own = url(APPLICATION, APPLICATION);
  return { url: own, directUrl: own, stop: keeper.stop };
}

/** The URL of the embedded database on a port; needs read access to the data directory. */
export function embeddedUrl(files: DataFiles, port: number): string {
  return `postgres://${APPLICATION}:${readOrCreateSecret(files.postgresPassword)}@127.0.0.1:${port}/${APPLICATION}`;
}

/** The name of the role and of the database that the product uses. The role is not a superuser. */
const APPLICATION = "overdue";
const RESTART_MS = 500;
const RESTART_MS_MAX = 30_000;
const STOPPING_CHECK_MS = 2_000;

function refuseOtherMajorVersion(files: DataFiles): void {
  const major = majorVersion(files.postgres);
  if (major === null) return;
  if (!existsSync(files.postgresPassword)) {
    throw new Refusal(
      `${files.postgresPassword} is missing, and the database beside it cannot be opened without it.`,
    );
  }
  if (major === POSTGRES_MAJOR) return;
  throw new Refusal(
    `The database in ${files.postgres} was made by PostgreSQL ${major}, and this Overdue brings ${POSTGRES_MAJOR}. ` +
      `Nothing was changed: dump it with PostgreSQL ${major}'s pg_dump and restore it into a new DATA_DIR, or set DATABASE_URL.`,
  );
}

const MEGABYTE = 1024 ** 2;

/**
 * The settings of the embedded server on a machine (or in a container) of so much memory, whose disk has so many bytes.
 *
 * Every ping writes the row of its check. Its page should be in the buffers: read in from outside, another one has to be
 * written out in its place, after the log of that. PostgreSQL takes the memory only as it comes to use it. The first write
 * to a page after a checkpoint puts the whole page into the log, so checkpoints come seldom. For that the log may take 5 %
 * of the disk, 2 GB at the most: after a crash that much is read again, at some 70 MB/s, before a ping is taken.
 */
export function settingsFor({
  memoryBytes,
  diskBytes,
}: {
  memoryBytes: number;
  diskBytes: number;
}): string[] {
  const between = (bytes: number, least: number, most: number) =>
    Math.round(Math.min(Math.max(bytes / MEGABYTE, least), most));
  return [
    `shared_buffers=${between(memoryBytes / 8, 128, 4_096)}MB`,
    `max_wal_size=${between(diskBytes / 20, 1_024, 2_048)}MB`,
    "checkpoint_timeout=15min",
  ];
}

function thisMachine(directory: string) {
  const { bsize, blocks } = statfsSync(directory);
  // Without a limit of a container it is more than the machine has, or zero.
  const limit = process.constrainedMemory() || Infinity;
  return { memoryBytes: Math.min(totalmem(), limit), diskBytes: bsize * blocks };
}

type Keeper = { port: number; stop: () => Promise<void> };

async function keepRunning(files: DataFiles, { say, onProcess, signal }: EmbeddedOptions): Promise<Keeper> {
  const options = {
    directory: files.postgres,
    logFile: join(files.logs, "postgres.log"),
    settings: settingsFor(thisMachine(files.postgres)),
    ...(onProcess && { onProcess }),
  };
  const kept: Kept = { server: await startServer(options), isWanted: true };
  signal?.addEventListener("abort", () => (kept.isWanted = false), { once: true });
  const { port } = kept.server;
  const watch = async () => {
    for (await kept.server.exited; kept.isWanted; await kept.server.exited) {
      say("The database ended; it is started again.");
      await wait(RESTART_MS);
      kept.server = await startAgain({ ...options, port }, kept, say);
    }
  };
  const watching = watch().catch((error: unknown) => say(`The database is not watched: ${String(error)}`));
  const stopTimer = setInterval(() => interruptSmartStop(kept), STOPPING_CHECK_MS);
  stopTimer.unref();
  const endAtExit = () => kept.server.interrupt();
  process.once("exit", endAtExit);
  const stop = async () => {
    kept.isWanted = false;
    clearInterval(stopTimer);
    await kept.server.stop();
    // A server that was being started again meanwhile has started now, or never will.
    await watching;
    await kept.server.stop();
    process.off("exit", endAtExit);
  };
  return { port, stop };
}

type Kept = { server: Server; isWanted: boolean };

/** Tries until the server starts, because obstacles such as a full disk may go away. */
async function startAgain(
  options: Parameters<typeof startServer>[0],
  kept: Kept,
  say: (sentence: string) => void,
): Promise<Server> {
  for (let pauseMs = 1_000; kept.isWanted; pauseMs = Math.min(pauseMs * 2, RESTART_MS_MAX)) {
    try {
      return await startServer(options);
    } catch (error) {
      say(
        `The database cannot be started again, and is tried again in ${pauseMs / 1_000} s: ${String(error)}`,
      );
      await wait(pauseMs, undefined, { ref: false });
    }
  }
  return kept.server;
}

/**
 * Interrupts a server that got a SIGTERM from outside. That starts a smart shutdown: the server refuses new connections and
 * waits for the old ones to end, which those of the product's pools never do. Interrupted, it ends and is started again.
 */
function interruptSmartStop({ server, isWanted }: Kept): void {
  if (isWanted && server.isStopping()) server.interrupt();
}

async function createDatabase(url: string, password: string): Promise<void> {
  const session = new Session({ url, name: "supervisor" });
  try {
    const { count } = await session.query("select from pg_database where datname = $1", [APPLICATION]);
    if (count > 0) return await createProjectRole(session, APPLICATION);
    await session.query("set log_statement = 'none'");
    await session.query(`drop role if exists ${APPLICATION}`);
    const [quoted] = await session.query<{ password: string }>("select quote_literal($1) as password", [
      password,
    ]);
    await session.query(`create role ${APPLICATION} login password ${quoted?.password}`);
    await session.query(`create database ${APPLICATION} owner ${APPLICATION}`);
    await createProjectRole(session, APPLICATION);
  } finally {
    await session.end();
  }
}
