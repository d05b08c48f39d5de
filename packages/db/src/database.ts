import { Pool } from "./connection/pool.ts";

export { type Db, openDb, type Tx } from "./connection/drizzle.ts";
export type { Pool, PoolClient } from "./connection/pool.ts";

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
