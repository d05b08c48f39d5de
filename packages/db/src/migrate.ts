import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";

import { openDb, openPool, type Pool, type PoolClient } from "./database.ts";
import { MIGRATIONS_LOCK } from "./locks.ts";

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

/** The database was made by a version from before the first release, whose migrations no longer exist. */
export class UnsupportedSchema extends Error {
  override name = "UnsupportedSchema";
}

/**
 * Brings the database up to the newest schema. Safe to call from several processes at once: an advisory lock lets
 * one work and the others wait, then find nothing left to do.
 * @throws UnsupportedSchema, with a sentence for the operator; the database is left as it is.
 */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("set statement_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [MIGRATIONS_LOCK]);
    await refuseEarlierSchema(client);
    await applyMigrations(openDb(client), { migrationsFolder: MIGRATIONS });
  } finally {
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

async function refuseEarlierSchema(client: PoolClient): Promise<void> {
  const journal = JSON.parse(readFileSync(`${MIGRATIONS}/meta/_journal.json`, "utf8")) as {
    entries: { when: number }[];
  };
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
