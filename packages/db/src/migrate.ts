import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";

import { openDb, openPool, type Pool, type PoolClient } from "./database.ts";
import { MIGRATIONS_LOCK } from "./locks.ts";
import { installRowSecurity } from "./row-security/install.ts";

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

/** The database was made by a version from before the first release, whose migrations no longer exist. */
export class UnsupportedSchema extends Error {
  override name = "UnsupportedSchema";
}

/**
 * Brings the database up to the newest schema. Safe to call from several processes at once: an advisory lock lets
 * one work and the others wait, then find nothing left to do.
 * `until`: the last migration that is applied, as the journal numbers them; a backup is loaded into tables of its own time.
 * @throws UnsupportedSchema, with a sentence for the operator; the database is left as it is.
 */
export async function migrate(pool: Pool, { until = Infinity }: { until?: number } = {}): Promise<void> {
  const client = await pool.connect();
  const folder = until === Infinity ? null : copyMigrations(until);
  try {
    await client.query("set statement_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [MIGRATIONS_LOCK]);
    await refuseEarlierSchema(client);
    await applyMigrations(openDb(client), { migrationsFolder: folder ?? MIGRATIONS });
    if (folder === null) await installRowSecurity(client);
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    // Ending the session frees the lock even where the unlock itself would fail.
    client.release(true);
  }
}

/** As `migrate`, on a connection of its own straight to the server: a pooler does not keep the session that holds the lock. */
export async function migrateServer(directUrl: string): Promise<void> {
  const pool = openPool({ url: directUrl, max: 1, name: "migrate" });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}

type Journal = { entries: { when: number; tag: string }[] };

function readJournal(): Journal {
  return JSON.parse(readFileSync(join(MIGRATIONS, JOURNAL), "utf8")) as Journal;
}

const JOURNAL = join("meta", "_journal.json");

/** The newest migration, in milliseconds, as the journal and the database name it. */
export function schemaVersion(): number {
  return Math.max(...readJournal().entries.map(({ when }) => when));
}

/** Copies the migrations whose journal ends earlier, since the library applies all of a folder. @returns the folder */
function copyMigrations(until: number): string {
  const folder = mkdtempSync(join(tmpdir(), "overdue-migrations-"));
  cpSync(MIGRATIONS, folder, { recursive: true });
  const journal = readJournal();
  const entries = journal.entries.filter(({ when }) => when <= until);
  writeFileSync(join(folder, JOURNAL), JSON.stringify({ ...journal, entries }));
  return folder;
}

async function refuseEarlierSchema(client: PoolClient): Promise<void> {
  const journal = readJournal();
  const [table] = await client.query<{ name: string | null }>(
    "select to_regclass('drizzle.__drizzle_migrations')::text as name",
  );
  if (table?.name === null || table === undefined) return;
  const [applied] = await client.query<{ first: number | null }>(
    "select min(created_at)::float8 as first from drizzle.__drizzle_migrations",
  );
  if ((applied?.first ?? Infinity) >= (journal.entries[0]?.when ?? 0)) return;
  throw new UnsupportedSchema(
    "The database was made by a version from before the first release, which this version cannot upgrade. Start it with " +
      "an empty DATA_DIR or database; the old one is left as it is.",
  );
}
