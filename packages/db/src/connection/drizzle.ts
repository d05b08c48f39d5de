import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import * as schema from "../schema/index.ts";
import { Pool, type PoolClient } from "./pool.ts";
import { inSavepoint, inSession } from "../in-transaction.ts";

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
