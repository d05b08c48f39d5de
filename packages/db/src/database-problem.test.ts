import { randomUUID } from "node:crypto";

import { testDatabase } from "@overdue/testkit";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";

import { openDb, openPool } from "./database.ts";
import { classifyDatabaseError } from "./database-problem.ts";

const database = await testDatabase();
const pool = openPool({ url: database.url, max: 2, name: "test" });
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const errorOf = (sqlText: string) =>
  openDb(pool)
    .execute(sql.raw(sqlText))
    .then(
      () => null,
      (error: unknown) => error,
    );
const raise = (state: string) =>
  errorOf(`do $$ begin raise exception 'x' using errcode = '${state}'; end $$`);

test.each([
  ["read-only", "25006"],
  ["full", "53100"],
  ["full", "53200"],
  ["away", "53300"],
  ["away", "57P01"],
  ["away", "57P03"],
  ["away", "28P01"],
  ["away", "08006"],
  ["away", "58030"],
  ["slow", "57014"],
  ["slow", "55P03"],
  ["contended", "40001"],
  ["contended", "40P01"],
] as const)(
  "a problem of kind %s is read from state %s, however the query was wrapped",
  async (kind, state) => {
    expect(classifyDatabaseError(await raise(state))).toBe(kind);
  },
);

test.each(["22P02", "23505", "23503", "42601", "42P01", "P0001", "XX000"])(
  "state %s is a fault of ours or of the input, and no passing problem",
  async (state) => {
    const error = await raise(state);
    expect(error).toBeInstanceOf(Error);
    expect(classifyDatabaseError(error)).toBeNull();
  },
);

test("what PostgreSQL itself says is read: read-only, ended by a timeout, ended by an administrator", async () => {
  const readOnly = await errorOf(
    `begin read only; delete from instance_facts where name = '${randomUUID()}'`,
  );
  expect(classifyDatabaseError(readOnly)).toBe("read-only");
  const late = await errorOf("set statement_timeout = 1; select pg_sleep(10)");
  expect(classifyDatabaseError(late)).toBe("slow");
  const ended = await errorOf("select pg_terminate_backend(pg_backend_pid())");
  expect(classifyDatabaseError(ended)).toBe("away");
});

test("a server that is not there, or does not answer, is away", async () => {
  const nowhere = openPool({ url: "postgres://someone@127.0.0.1:1/x", max: 1, name: "test" });
  const refused = await nowhere.query("select").catch((error: unknown) => error);
  expect(classifyDatabaseError(refused)).toBe("away");
  await nowhere.end();
  const closed = await nowhere.query("select").catch((error: unknown) => error);
  expect(classifyDatabaseError(closed)).toBe("away");
});
