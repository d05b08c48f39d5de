import { afterAll, expect, test } from "vitest";
import { testDatabase } from "./test-database.ts";

const first = await testDatabase();
const second = await testDatabase();
afterAll(() => Promise.all([first.drop(), second.drop()]));

test("each test file has a database of its own", async () => {
  await first.pool.query("create table only_here (id int)");
  const rows = await second.pool.query("select to_regclass('only_here') as found");
  expect(rows).toEqual([{ found: null }]);
});

test("it is a real PostgreSQL 18", async () => {
  const rows = await first.pool.query("show server_version_num");
  expect(Number(rows[0]?.server_version_num)).toBeGreaterThanOrEqual(180_000);
});
