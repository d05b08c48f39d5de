import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";

import {
  migrate,
  openPool,
  type PoolClient,
  type Restored,
  schemaVersion,
  settleRestored,
} from "@overdue/db";

import { readBackup, verifyBackup } from "./read-backup.ts";
import { DamagedBackup, quoteIdentifier, type Totals } from "./script.ts";
import type { Opening } from "./seal.ts";

/** The backup cannot be restored here, for a reason that the operator can change. */
export class UnsuitableBackup extends Error {
  override name = "UnsuitableBackup";
}

export type RestoreOptions = {
  /** The server itself, not a pooler; the database must be empty. */
  url: string;
  file: string;
  opening: Opening | null;
  onProgress?: (progress: { step: "verify" | "restore"; rows: number; rowsInAll: number | null }) => void;
};

/** `secretKey`: that of the instance, if the backup includes it. */
export type RestoredBackup = Totals & Restored & { at: string; secretKey: string | null };

/**
 * Restores a backup into an empty database: reads it to its end first, makes the tables as they were when it was written, loads
 * the rows in one transaction, brings the schema up to date, and settles what time has passed over (`settleRestored`).
 *
 * @throws DamagedBackup, SealedBackup, UnsuitableBackup; the database is empty then, or has empty tables
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const { url, file, opening, onProgress } = options;
  let read = 0;
  const { header, totals } = await verifyBackup(file, opening, (count) => {
    read += count;
    onProgress?.({ step: "verify", rows: read, rowsInAll: null });
  });
  if (header.migratedTo > schemaVersion())
    throw new UnsuitableBackup(
      "The backup was made by a newer version of Overdue: update this one first, then restore.",
    );
  const pool = openPool({ url, max: 1, statementTimeoutMs: 0, name: "restore" });
  try {
    await pool.use(assertEmpty);
    await migrate(pool, { until: header.migratedTo });
    await pool.transaction(async (client) => {
      // A disk that is slow must not end it.
      await client.query("set local idle_in_transaction_session_timeout = 0");
      await load(client, options, totals);
    });
    await migrate(pool);
    const restored = await settleRestored(pool, Date.parse(header.at));
    await pool.query("analyze");
    return { ...totals, ...restored, at: header.at, secretKey: header.secretKey ?? null };
  } finally {
    await pool.end();
  }
}

async function assertEmpty(client: PoolClient): Promise<void> {
  const { count } = await client.query(
    "select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')",
  );
  if (count === 0) return;
  throw new UnsuitableBackup(
    "The database is not empty, and nothing in it was changed. Create a new one, and name that in DATABASE_URL.",
  );
}

async function load(client: PoolClient, options: RestoreOptions, totals: Totals): Promise<void> {
  const { file, opening, onProgress } = options;
  const tables = await readTables(client);
  const foreignKeys = await readForeignKeys(client);
  for (const { table, name } of foreignKeys)
    await client.query(`alter table ${table} drop constraint ${quoteIdentifier(name)}`);
  for (const table of tables)
    await client.query(`alter table ${quoteIdentifier(table)} disable trigger user`);
  if (tables.length > 0) await client.query(`truncate ${tables.map(quoteIdentifier).join(",")}`);
  let copying: Writable | null = null;
  let rows = 0;
  for await (const part of readBackup(file, opening)) {
    if (part.kind === "table") {
      if (!tables.includes(part.name)) throw new DamagedBackup(`There is no table ${part.name}.`);
      copying = await client.copyIn(part.copy);
      // It is waited for at the end of the table; without a listener an earlier error would end the process.
      copying.on("error", () => undefined);
    }
    if (part.kind === "rows" && copying !== null) {
      await write(copying, part.rows);
      rows += part.count;
      onProgress?.({ step: "restore", rows, rowsInAll: totals.rows });
    }
    if (part.kind === "table-end" && copying !== null) {
      copying.end();
      await finished(copying);
      copying = null;
    }
  }
  // Made again after the rows are there, so that each is checked once and the order of the tables does not matter.
  for (const { table, name, definition } of foreignKeys)
    await client.query(`alter table ${table} add constraint ${quoteIdentifier(name)} ${definition}`);
  for (const table of tables) await client.query(`alter table ${quoteIdentifier(table)} enable trigger user`);
}

async function write(stream: Writable, rows: Buffer): Promise<void> {
  if (stream.errored !== null) throw stream.errored;
  if (!stream.write(rows)) await once(stream, "drain");
}

async function readTables(client: PoolClient): Promise<string[]> {
  const rows = await client.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  return rows.map(({ name }) => name);
}

type ForeignKey = { table: string; name: string; definition: string };

async function readForeignKeys(client: PoolClient): Promise<ForeignKey[]> {
  return await client.query<ForeignKey>(`
    select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by conname`);
}
