import { fileURLToPath } from "node:url";

import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";

import { MIGRATIONS_LOCK } from "./advisory-locks.ts";
import { openDb, type Pool } from "./database.ts";

const MIGRATIONS = fileURLToPath(new URL("../migrations", import.meta.url));

/**
 * Brings the database up to the newest schema. Safe to call from several processes at once: an advisory lock lets
 * one work and the others wait, then find nothing left to do.
 */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("set statement_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [MIGRATIONS_LOCK]);
    await applyMigrations(openDb(client), { migrationsFolder: MIGRATIONS });
  } finally {
    // Ending the session frees the lock even where the unlock itself would fail.
    client.release(true);
  }
}
