import { randomUUID } from "node:crypto";

import { testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { keyringOf } from "../secrets/keyring.ts";
import { ensureSelfTest } from "../self-test/self-test-check.ts";
import { createUser } from "../users/create-user.ts";
import { notifyOperators } from "./notify-operators.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const keyring = keyringOf(["a secret of the test, long enough to be one"]);
const { projectId } = await ensureSelfTest(db, keyring, Date.now());
const way = { keyring, mail: true, selfProjectId: projectId };
await createUser(db, { email: `operator-${randomUUID()}@example.org`, passwordHash: "" });
await createUser(db, { email: `tenant-${randomUUID()}@example.org`, passwordHash: "" });
afterAll(database.drop);
beforeEach(async () => {
  await notifyOperators(pool, way, WELL);
  await pool.query("delete from deliveries");
});

const WELL = { broken: [], troubles: [] };
const waiting = (seconds: number) => ({
  broken: [`A delivery has been due for ${seconds} s.`],
  troubles: [],
});
const worse = { ...waiting(400), troubles: ["2 alerts of 1 project could not be delivered."] };

test("the first account hears once of a trouble that lasts, and once of its end", async () => {
  await notifyOperators(pool, way, waiting(130));
  await notifyOperators(pool, way, waiting(190));
  await notifyOperators(pool, way, WELL);
  await notifyOperators(pool, way, WELL);
  expect(await told()).toEqual([
    ["Overdue does not work as it should", "A delivery has been due for 130 s."],
    ["Overdue works again", "Pings are received, deadlines are evaluated, and alerts are delivered."],
  ]);
});

test("another trouble beside it is told an hour later", async () => {
  await notifyOperators(pool, way, waiting(130));
  await notifyOperators(pool, way, worse);
  expect(await told()).toHaveLength(1);
  await pool.query("update instance_facts set created_at = created_at - interval '61 minutes'");
  await notifyOperators(pool, way, worse);
  await notifyOperators(pool, way, waiting(500));
  expect(await told()).toHaveLength(2);
});

async function told(): Promise<[string, string][]> {
  const rows = await pool.query<{ payload: { title: string; sentence: string } }>(
    "select payload from deliveries order by id",
  );
  return rows.map(({ payload }) => [payload.title, payload.sentence]);
}
