import { randomUUID } from "node:crypto";

import { testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { createUser } from "../accounts/accounts.ts";
import { openDb } from "../database.ts";
import { keyringOf } from "../secrets/keyring.ts";
import { ensureSelfTest } from "../self-test/self-test.ts";
import { notifyOperators } from "./problems.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const keyring = keyringOf(["a secret of the test, long enough to be one"]);
const { projectId } = await ensureSelfTest(db, keyring, Date.now());
const ownerContact = { keyring, mail: true, selfProjectId: projectId };
await createUser(db, { email: `operator-${randomUUID()}@example.org`, passwordHash: "" });
await createUser(db, { email: `tenant-${randomUUID()}@example.org`, passwordHash: "" });
afterAll(database.drop);
beforeEach(async () => {
  await notifyOperators(pool, ownerContact, WELL);
  await pool.query("delete from deliveries");
});

const WELL = { broken: [], warnings: [] };
const waiting = (seconds: number) => ({
  broken: [`A delivery has been due for ${seconds} s.`],
  warnings: [],
});
const worse = { ...waiting(400), warnings: ["2 alerts of 1 project could not be delivered."] };

test("the first account is notified once of a problem that lasts, and once of its end", async () => {
  await notifyOperators(pool, ownerContact, waiting(130));
  await notifyOperators(pool, ownerContact, waiting(190));
  await notifyOperators(pool, ownerContact, WELL);
  await notifyOperators(pool, ownerContact, WELL);
  expect(await listNotifications()).toEqual([
    ["Overdue does not work as it should", "A delivery has been due for 130 s."],
    ["Overdue works again", "Pings are received, deadlines are evaluated, and alerts are delivered."],
  ]);
});

test("another problem beside it is notified an hour later", async () => {
  await notifyOperators(pool, ownerContact, waiting(130));
  await notifyOperators(pool, ownerContact, worse);
  expect(await listNotifications()).toHaveLength(1);
  await pool.query("update instance_facts set created_at = created_at - interval '61 minutes'");
  await notifyOperators(pool, ownerContact, worse);
  await notifyOperators(pool, ownerContact, waiting(500));
  expect(await listNotifications()).toHaveLength(2);
});

async function listNotifications(): Promise<[string, string][]> {
  const rows = await pool.query<{ payload: { title: string; sentence: string } }>(
    "select payload from deliveries order by id",
  );
  return rows.map(({ payload }) => [payload.title, payload.sentence]);
}
