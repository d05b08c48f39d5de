import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { initialise, majorVersion, POSTGRES_MAJOR, type Server, startServer } from "@overdue/postgres";
import pg from "pg";
import { type DataFiles, keptSecret } from "../data/data-directory.ts";
import { Refusal } from "../refusal.ts";
import type { Database } from "./database.ts";

/**
 * Starts the embedded PostgreSQL of a data directory, which is made where there is none, and starts it again
 * on the same port whenever it dies. `say` is told about that.
 *
 * @throws Refusal where the directory belongs to another major version; nothing is changed then.
 */
export async function openEmbedded(files: DataFiles, say: (sentence: string) => void): Promise<Database> {
  refuseForeign(files);
  const password = keptSecret(files.postgresPassword);
  if (majorVersion(files.postgres) === null) await initialise(files.postgres, password);
  const keeper = await keepRunning(files, say);
  const url = (user: string, name: string) =>
    `postgres://${user}:${password}@127.0.0.1:${keeper.port}/${name}`;
  await createDatabase(url("postgres", "postgres"), password);
  return { url: url(APPLICATION, APPLICATION), stop: keeper.stop };
}

/** The URL of the embedded database that runs on a port, for whoever can read the data directory. */
export function embeddedUrl(files: DataFiles, port: number): string {
  return `postgres://${APPLICATION}:${keptSecret(files.postgresPassword)}@127.0.0.1:${port}/${APPLICATION}`;
}

/** The name of the role and of the database that the product uses; the role is no superuser. */
const APPLICATION = "overdue";
const RESTART_MS = 500;

function refuseForeign(files: DataFiles): void {
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

type Keeper = { port: number; stop: () => Promise<void> };

async function keepRunning(files: DataFiles, say: (sentence: string) => void): Promise<Keeper> {
  const options = { directory: files.postgres, logFile: join(files.logs, "postgres.log") };
  let server: Server = await startServer(options);
  let isWanted = true;
  const { port } = server;
  const watch = async () => {
    for (;;) {
      await server.exited;
      if (!isWanted) return;
      say("The database ended; it is started again.");
      await wait(RESTART_MS);
      server = await startServer({ ...options, port });
    }
  };
  watch().catch((error: unknown) => say(`The database cannot be started again: ${String(error)}`));
  const endAtExit = () => server.interrupt();
  process.once("exit", endAtExit);
  const stop = async () => {
    isWanted = false;
    await server.stop();
    process.off("exit", endAtExit);
  };
  return { port, stop };
}

async function createDatabase(url: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined); // the statement under way rejects with the same error
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [APPLICATION]);
    if (rowCount) return;
    await client.query("set log_statement = 'none'");
    await client.query(`drop role if exists ${APPLICATION}`);
    await client.query(`create role ${APPLICATION} login password ${client.escapeLiteral(password)}`);
    await client.query(`create database ${APPLICATION} owner ${APPLICATION}`);
  } finally {
    await client.end();
  }
}
