import { randomBytes } from "node:crypto";
import { openPool, type Pool } from "@overdue/db";
import { inject } from "vitest";
import { asAdministrator, TEMPLATE } from "./template.ts";

/** A database for one test file. `drop` ends its pool and removes it. */
export type TestDatabase = { url: string; pool: Pool; drop: () => Promise<void> };

/** Makes a copy of the migrated template. Call `drop` in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdministrator(server, (session) => session.query(`create database ${name} template ${TEMPLATE}`));
  const url = `${server}/${name}`;
  const pool = openPool({ url, max: 10, name: "test" });
  return { url, pool, drop: () => drop({ server, name, pool }) };
}

async function drop({ server, name, pool }: { server: string; name: string; pool: Pool }): Promise<void> {
  await pool.end();
  await asAdministrator(server, (session) => session.query(`drop database ${name} with (force)`));
}
