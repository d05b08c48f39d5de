import { commitCheckpoint, keyringOf, recordEvaluation } from "@overdue/db";
import { startFakeWebhook, testDatabase, type FakeWebhook, type TestDatabase } from "@overdue/testkit";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openEgress, type Egress } from "../egress/egress.ts";
import { openSelfTest } from "./self-test.ts";

const log = pino({ level: "silent" });
let database: TestDatabase;
let outside: FakeWebhook;
let egress: Egress;

beforeAll(async () => {
  [database, outside] = await Promise.all([testDatabase(), startFakeWebhook()]);
  egress = openEgress({ allowedNetworks: [] });
});
afterAll(async () => {
  await Promise.all([outside.close(), egress.close()]);
  await database.drop();
});

test("the self-test's check is made once and pinged, and the heartbeat goes out only while all is well", async () => {
  const stop = watch();
  const { pool } = database;
  await expect
    .poll(async () => (await pool.query("select from checks where last_ping_at is not null")).count)
    .toBe(1);
  expect(outside.received).toHaveLength(0);
  const at = Date.now();
  await commitCheckpoint(pool, { receiverId: randomUUID(), startedAt: at, acceptedAt: at });
  await recordEvaluation(pool, { id: randomUUID(), startedAt: at, watermark: at });
  await outside.waitForCount(1);
  await stop();
  const again = watch();
  await outside.waitForCount(outside.received.length + 1);
  await again();
  expect((await pool.query("select from checks")).count).toBe(1);
  expect((await pool.query("select from channels where internal and kind = 'self-test'")).count).toBe(1);
});

test("the log says once what is wrong, and once that it is over", async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(String(JSON.parse(line).msg)) };
  const { pool } = database;
  await pool.query("delete from checkers");
  const before = outside.received.length;
  const stop = watch(pino({}, stream));
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const at = Date.now();
  await commitCheckpoint(pool, { receiverId: randomUUID(), startedAt: at, acceptedAt: at });
  await recordEvaluation(pool, { id: randomUUID(), startedAt: at, watermark: at });
  await outside.waitForCount(before + 2);
  await stop();
  expect(lines[0]).toMatch(/^Overdue does not work as it should: .+\.$/);
  expect(lines.at(-1)).toBe("Overdue works as it should again.");
  expect(lines.filter((line, index) => line === lines[index - 1])).toEqual([]);
});

/** Runs the self-test again and again. @returns how to stop that */
function watch(to = log) {
  const run = openSelfTest({
    pool: database.pool,
    ownerContact: { keyring: keyringOf(["a secret of the test, long enough to be one"]), mail: false },
    egress,
    heartbeatUrl: outside.url,
    log: to,
  });
  let isWanted = true;
  const running = (async () => {
    while (isWanted) {
      await run();
      await wait(20);
    }
  })();
  return async () => {
    isWanted = false;
    await running;
  };
}
