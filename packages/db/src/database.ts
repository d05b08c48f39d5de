import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { inSavepoint, inSession, Pool, type PoolClient, type AddLast } from "./connection/pool.ts";
import * as schema from "./schema/index.ts";

import { type ReadFrom, ReplicaPool } from "./connection/replica.ts";

export type { ReadFrom } from "./connection/replica.ts";
export type { Pool, PoolClient, AddLast } from "./connection/pool.ts";

/**
 * Opens a pool for one purpose, so that slow pages cannot take the pings' connections. A statement waits for a free
 * connection for at most `acquireTimeoutMs` (1.5 s by default), and may run for `statementTimeoutMs`.
 */
export function openPool(options: {
  url: string;
  max: number;
  statementTimeoutMs?: number;
  acquireTimeoutMs?: number;
  name: string;
}): Pool {
  const { statementTimeoutMs = 15_000, ...rest } = options;
  return new Pool({
    ...rest,
    settings: {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}

const REPLICA_TIMEOUT_MS = 500;

/**
 * A pool for statements that only read, on a read replica of the primary: see `ReplicaPool`. `onRead` is called for each
 * statement or transaction, `onError` for each failure of the replica.
 */
export function openReplica(options: {
  primary: Pool;
  url: string;
  max: number;
  onRead: (from: ReadFrom) => void;
  onError: (error: unknown) => void;
}): Pool {
  const { url, max, ...rest } = options;
  const timeouts = { acquireTimeoutMs: REPLICA_TIMEOUT_MS, connectTimeoutMs: REPLICA_TIMEOUT_MS };
  const settings = { statement_timeout: 15_000, idle_in_transaction_session_timeout: 10_000 };
  return new ReplicaPool({ ...rest, replica: { url, max, name: "replica", ...timeouts, settings } });
}

export type Db = PostgresJsDatabase<typeof schema>;
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

const dbs = new WeakMap<Pool | PoolClient, Db>();

/** Opens Drizzle on a pool, or on one session whose transaction is under way: then begin no other in it. */
export function openDb(connection: Pool | PoolClient): Db {
  const db = dbs.get(connection) ?? drizzle(driverOf(connection), { schema });
  dbs.set(connection, db);
  if (!(connection instanceof Pool)) inSessions.add(db);
  return db;
}

const inSessions = new WeakSet<Db | Tx>();

/** Whether statements of `db` belong to a transaction that is under way, so that `db.transaction` must not begin one. */
export function isInTransaction(db: Db | Tx): boolean {
  return inSessions.has(db) || "rollback" in db;
}

/** A driver for Drizzle that sends statements through our sessions: a postgres.js instance that itself never connects. */
function driverOf(connection: Pool | PoolClient): postgres.Sql {
  return Object.assign(postgres({ max: 1 }), {
    unsafe: (text: string, values: readonly unknown[]) => statement(connection, text, values),
    begin: (work: (driver: postgres.Sql) => Promise<unknown>) => {
      const inside = (client: PoolClient) => work(driverInside(client));
      return connection instanceof Pool
        ? connection.transaction(inside)
        : inSession(connection, () => inside(connection));
    },
  });
}

/** The same while a transaction is under way: a transaction inside it is a savepoint. */
function driverInside(client: PoolClient): postgres.Sql {
  return Object.assign(driverOf(client), {
    savepoint: (work: (driver: postgres.Sql) => Promise<unknown>) =>
      inSavepoint(client, () => work(driverInside(client))),
  });
}

/** Defers the statement, since Drizzle calls `values()`, if at all, only after it has called this. */
function statement(connection: Pool | PoolClient, text: string, values: readonly unknown[]) {
  let isByPosition = false;
  const rows = Promise.resolve().then(async () =>
    isByPosition
      ? await connection.queryValues(text, values)
      : await connection.query(text, values.length === 0 ? undefined : values),
  );
  return Object.assign(rows, {
    values: () => {
      isByPosition = true;
      return rows;
    },
  });
}

const TRIES_MAX = 3;
/** Deadlock and serialization failure: nothing was written, and a retry succeeds. */
const RETRIED_STATES = new Set(["40P01", "40001"]);

/** Runs `work` in one transaction; rolls back when it throws, retries after a deadlock. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient, addLast: AddLast) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await pool.transaction(work);
    } catch (error) {
      if (tries >= TRIES_MAX || !RETRIED_STATES.has(errorCode(error))) throw error;
    }
  }
}

/** The code of the error, or of its cause: Drizzle wraps the server's error. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error ? String(error.code) : errorCode(error.cause);
}

/** The edit is based on an older version: somebody else has edited the object since. */
export class StaleVersion extends Error {}

/** The project has as many routes, people, rotations or status pages as it may have. */
export class ProjectLimitReached extends Error {}
