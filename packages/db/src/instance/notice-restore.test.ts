import { randomUUID } from "node:crypto";

import { alertScene, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { readProblems } from "./problems.ts";
import { noticeRestore } from "./notice-restore.ts";

// What is noticed concerns the whole instance: each test begins without any.
const database = await testDatabase();
const { pool } = database;
afterAll(database.drop);
beforeEach(() => pool.query("truncate instance_facts, deliveries, checks, receivers, checkers cascade"));

/** An alert that waits, and a receiver that ran until an hour ago; `ended`: it was stopped. */
async function instance({ ended }: { ended: boolean }) {
  await pool.query(
    `insert into receivers (id, started_at, checkpoint_at, ended_at)
     values ($1, now() - interval '2 hours', now() - interval '1 hour', case when $2::boolean then now() - interval '1 hour' end)`,
    [randomUUID(), ended],
  );
  const scene = await alertScene(openDb(pool), {
    kind: "webhook",
    settings: { url: "https://example.org/hook" },
  });
  await scene.down();
  expect(await noticeRestore(pool)).toBeNull();
}

/** As a dump of another database brings it along. */
const fromElsewhere = () =>
  pool.query(
    "update instance_facts set value = '7000000000000000000/16384' where name = 'database identity'",
  );
const states = async () =>
  (await pool.query<{ state: string }>("select state from deliveries")).map(({ state }) => state);

test("a dump of a running instance that is restored elsewhere is noticed, and what waited in it is not sent by itself", async () => {
  await instance({ ended: false });
  await fromElsewhere();
  expect(await noticeRestore(pool)).toContain("1 messages waited then");
  expect(await states()).toEqual(["failed"]);
  expect((await readProblems(pool)).warnings.join(" ")).toContain("Overdue was restored");
});

test("it is noticed once", async () => {
  await instance({ ended: false });
  await fromElsewhere();
  await noticeRestore(pool);
  expect(await noticeRestore(pool)).toBeNull();
});

test("after a move of a stopped instance to another server, what waited is still sent", async () => {
  await instance({ ended: true });
  await fromElsewhere();
  expect(await noticeRestore(pool)).toContain("from a stopped instance");
  expect(await states()).toEqual(["pending"]);
});

test("a start on the same database changes nothing, also after a crash", async () => {
  await instance({ ended: false });
  expect(await noticeRestore(pool)).toBeNull();
  expect(await states()).toEqual(["pending"]);
});
