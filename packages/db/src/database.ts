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
 * Waits at most 1.5 s for a connection; `statementTimeoutMs` bounds each statement; `schema` is where names without
 * one are looked up.
 */
export function openPool(options: {
  url: string;
  max: number;
  statementTimeoutMs?: number;
  name: string;
  schema?: string;
}): Pool {
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: 1_500,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: `overdue ${options.name}`,
    keepAlive: true,
    ...(options.schema !== undefined && { options: `-c search_path=${options.schema}` }),
  };
  return surviveLostConnections(new Pool(config));
}

/**
 * A connection may end at any moment: a restart, a failover, an administrator. The pool itself listens only to idle
 * connections, and one that ends while somebody holds it between two statements would end the process. Whoever holds
 * it learns of it by the next statement, which fails; the pool drops it and opens another.
 */
function surviveLostConnections(pool: Pool): Pool {
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** The typed face of a pool, or of one connection whose transaction is under way: then open no other in it. */
export function openDb(connection: Pool | PoolClient): Db {
  return drizzle(connection, { schema });
}
