import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { Pool, type PoolClient, type PoolConfig, types } from "pg";

import * as schema from "./schema/index.ts";

// Counts and durations fit a double; nobody here needs strings for them.
types.setTypeParser(types.builtins.INT8, Number);

export type Db = NodePgDatabase<typeof schema>;
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
export type { Pool } from "pg";

/**
 * A pool for one purpose, so that slow pages cannot take the pings' connections.
 * Waits at most 1.5 s for a connection; `statementTimeoutMs` bounds each statement.
 */
export function openPool(options: {
  url: string;
  max: number;
  statementTimeoutMs?: number;
  name: string;
}): Pool {
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: 1_500,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: `overdue ${options.name}`,
    keepAlive: true,
  };
  const pool = new Pool(config);
  pool.on("error", () => undefined); // an idle connection died; the pool opens another on the next query
  return pool;
}

/** The typed face of a pool, or of one connection whose transaction is under way: then open no other in it. */
export function openDb(connection: Pool | PoolClient): Db {
  return drizzle(connection, { schema });
}
