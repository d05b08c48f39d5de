import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { asAdministrator, TEMPLATE } from "./template.ts";

/** A database of a test file's own: its URL, a pool on it, and its end. */
export type TestDatabase = { url: string; pool: pg.Pool; drop: () => Promise<void> };

/** Copies the migrated template; call `drop` in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdministrator(server, (client) => client.query(`create database ${name} template ${TEMPLATE}`));
  const url = `${server}/${name}`;
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on("error", () => undefined); // An idle connection dies when a test drops the database under it.
  return { url, pool, drop: () => drop({ server, name, pool }) };
}

async function drop({ server, name, pool }: { server: string; name: string; pool: pg.Pool }): Promise<void> {
  await pool.end();
  await asAdministrator(server, (client) => client.query(`drop database ${name} with (force)`));
}
