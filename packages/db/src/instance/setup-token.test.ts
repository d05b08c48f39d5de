import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";
import { openDb } from "../database.ts";
import { dropSetupToken, hasAnyAccount, isSetupToken, newSetupToken } from "./first-start.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

test("only the newest setup token is good, until it is dropped", async () => {
  const first = await newSetupToken(db);
  const second = await newSetupToken(db);
  expect([await isSetupToken(db, first), await isSetupToken(db, second), await isSetupToken(db, "")]).toEqual(
    [false, true, false],
  );
  await dropSetupToken(db);
  expect(await isSetupToken(db, second)).toBe(false);
});

test("the token itself is not in the database", async () => {
  const token = await newSetupToken(db);
  const rows = await database.pool.query("select * from instance_facts");
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("a new database has no account", async () => {
  expect(await hasAnyAccount(db)).toBe(false);
});
