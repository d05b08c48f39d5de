import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { inSavepoint, inSession, Pool, type PoolClient, type Trail } from "./connection/pool.ts";
import * as schema from "./schema/index.ts";

import { type ReadFrom, ReplicaPool } from "./connection/replica.ts";

export type { ReadFrom } from "./connection/replica.ts";
export type { Pool, PoolClient, Trail } from "./connection/pool.ts";

/**
 * A pool for one purpose, so that slow pages cannot take the pings' connections.
 * A statement waits for a free connection, 1.5 s unless `acquireTimeoutMs` says so; `statementTimeoutMs` bounds its work.
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

const known = new WeakMap<Pool | PoolClient, Db>();

/** Drizzle on a pool, or on one session whose transaction is under way: then open no other in it. */
export function openDb(connection: Pool | PoolClient): Db {
  const db = known.get(connection) ?? drizzle(driverOf(connection), { schema });
  known.set(connection, db);
  return db;
}

/**
 * What Drizzle asks of postgres.js, by our sessions: an instance of the driver that never connects stands for them.
 */
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

/** The same while a transaction is under way: one inside it is a savepoint. */
function driverInside(client: PoolClient): postgres.Sql {
  return Object.assign(driverOf(client), {
    savepoint: (work: (driver: postgres.Sql) => Promise<unknown>) =>
      inSavepoint(client, () => work(driverInside(client))),
  });
}

/** Drizzle asks for `values()`, if at all, before the statement is sent. */
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

const TRIES = 3;
/** Deadlock and serialization failure: nothing was written, and the same again will do. */
const TRY_AGAIN = new Set(["40P01", "40001"]);

/** Runs `work` in one transaction; rolls back when it throws, tries again after a deadlock. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient, trail: Trail) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await pool.transaction(work);
    } catch (error) {
      if (tries >= TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

/** Drizzle wraps what the server answered, so the code may be that of the cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error ? String(error.code) : codeOf(error.cause);
}

/** Somebody else edited it since: the editor saw an older version. */
export class StaleVersion extends Error {}
