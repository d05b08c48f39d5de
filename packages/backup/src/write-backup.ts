import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";

import { Session } from "@overdue/db";

import {
  DamagedBackup,
  copyLine,
  endLine,
  headerLine,
  quoteIdentifier,
  RowSum,
  tableEndLine,
  type Header,
  type Totals,
} from "./script.ts";
import { encrypt, type Opening, type Seal } from "./seal.ts";
import { verifyBackup } from "./read-backup.ts";

/** `rows` of about `rowsInAll` are done; the latter is PostgreSQL's own estimate. */
export type Progress = { step: "write" | "verify"; rows: number; rowsInAll: number };

export type BackupOptions = {
  /** The server itself, not a pooler. */
  url: string;
  file: string;
  /** Null: it is not encrypted. */
  seal: Seal | null;
  /** Null: it is not included. */
  secretKey: string | null;
  onProgress?: (progress: Progress) => void;
};

/** `bytes`: of the file. `isRead`: its contents were read again, not only its bytes, for which its own key would be needed. */
export type Backup = Totals & { at: string; bytes: number; isRead: boolean };

/**
 * Writes a backup of the whole database while it is used: one snapshot, in which every table is read as of the same instant.
 * The file gets its name once it is complete, on the disk, and was read again with the same rows.
 */
export async function writeBackup(options: BackupOptions): Promise<Backup> {
  const { file } = options;
  const draft = `${file}.part`;
  try {
    const written = await write(draft, options);
    const isRead = await verify(draft, written, options);
    await rename(draft, file);
    await flushFolder(dirname(file));
    return { ...written.totals, at: written.at, bytes: written.bytes, isRead };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The rows of a snapshot, of each table and in all. */
type Snapshot = { at: string; rowsInAll: number; totals: Totals };
type Written = Snapshot & { bytes: number; sha256: string };

async function write(draft: string, options: BackupOptions): Promise<Written> {
  const { url, seal } = options;
  // A backup may take long, and a slow disk must not end it.
  const settings = { statement_timeout: 0, idle_in_transaction_session_timeout: 0, lock_timeout: 10_000 };
  const session = new Session({ url, name: "backup", settings, connectTimeoutMs: 10_000 });
  const snapshot: Snapshot = { at: "", rowsInAll: 0, totals: { tables: 0, rows: 0 } };
  const file = { bytes: 0, hash: createHash("sha256") };
  try {
    await pipeline(
      Readable.from(script(session, options, snapshot)),
      createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
      async function* (packed: AsyncIterable<Uint8Array>) {
        for await (const chunk of seal === null ? packed : encrypt(packed, seal)) {
          file.bytes += chunk.length;
          file.hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(draft, { mode: 0o600, flush: true }),
    );
  } finally {
    await session.end();
  }
  return { ...snapshot, bytes: file.bytes, sha256: file.hash.digest("hex") };
}

async function* script(
  session: Session,
  { secretKey, onProgress }: BackupOptions,
  snapshot: Snapshot,
): AsyncGenerator<Buffer> {
  await session.query("begin isolation level repeatable read read only");
  const tables = await listTables(session);
  // A migration would change the tables under the snapshot, so it waits.
  await session.query(
    `lock table ${tables.map(({ name }) => quoteIdentifier(name)).join(",")} in access share mode`,
  );
  const header = await readHeader(session, secretKey);
  snapshot.at = header.at;
  snapshot.rowsInAll = tables.reduce((sum, { estimate }) => sum + estimate, 0);
  yield Buffer.from(headerLine(header));
  for (const { name, columns } of tables) {
    yield Buffer.from(copyLine(name, columns));
    const sum = new RowSum();
    const from = `${quoteIdentifier(name)} (${columns.map(quoteIdentifier).join(",")})`;
    for await (const lines of session.copyOut(`copy ${from} to stdout`)) {
      snapshot.totals.rows += sum.add(lines);
      onProgress?.({ step: "write", rows: snapshot.totals.rows, rowsInAll: snapshot.rowsInAll });
      yield lines;
    }
    snapshot.totals.tables += 1;
    yield Buffer.from(tableEndLine(sum.sum(name)));
  }
  yield Buffer.from(endLine(snapshot.totals));
  await session.query("commit");
}

type Table = { name: string; columns: string[]; estimate: number };

/** Overdue's own tables; those of the queue are in another schema, and are filled from these. */
async function listTables(session: Session): Promise<Table[]> {
  const rows = await session.query<Table>(`
    select c.relname as name, greatest(c.reltuples, 0)::float8 as estimate,
      array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.oid order by c.relname`);
  if (rows.length === 0) throw new DamagedBackup("The database holds no tables of Overdue.");
  return rows;
}

async function readHeader(session: Session, secretKey: string | null): Promise<Header> {
  const [row] = await session.query<{ at: Date; migratedTo: number; postgres: string }>(`
    select now() as at, current_setting('server_version') as postgres,
      (select max(created_at)::float8 from drizzle.__drizzle_migrations) as "migratedTo"`);
  if (row === undefined) throw new Error("The query returned no row.");
  const { at, migratedTo, postgres } = row;
  const key = secretKey === null ? {} : { secretKey };
  return { format: 1, at: at.toISOString(), migratedTo, postgres, ...key };
}

/** @returns whether the contents were read, and not only the bytes */
async function verify(draft: string, written: Written, options: BackupOptions): Promise<boolean> {
  const { seal, onProgress } = options;
  if ((await hashOf(draft)) !== written.sha256)
    throw new DamagedBackup("The disk gives back other bytes than those that were written.");
  if (seal !== null && !("passphrase" in seal)) return false;
  const opening: Opening | null = seal;
  const { totals } = written;
  let rows = 0;
  await verifyBackup(draft, opening, (count) => {
    rows += count;
    onProgress?.({ step: "verify", rows, rowsInAll: totals.rows });
  });
  if (rows !== totals.rows)
    throw new DamagedBackup("The backup holds other rows than those that were written.");
  return true;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The new name is on the disk only once its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
