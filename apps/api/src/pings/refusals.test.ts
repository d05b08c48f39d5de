import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { Refusals } from "./refusals.ts";

const database = await testDatabase();
afterAll(database.drop);

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("a minute of refused pings from 60,000 addresses for as many unknown checks fills no memory", async () => {
  const refusals = new Refusals({ pool: database.pool, log: pino({ level: "silent" }) });
  const at = Date.now();
  const before = heapBytes();
  for (let number = 0; number < 60_000; number += 1)
    refusals.note({
      owner: { kind: "uuid", pingUuid: randomUUID() },
      reason: "unknown-path",
      // A copy of its own, as each request has.
      asked: Buffer.alloc(8_000, `${number} `).toString("latin1"),
      method: "GET",
      userAgent: "x",
      remoteAddress: null,
      host: `2001:db8::${number.toString(16)}`,
      at,
    });
  expect(heapBytes() - before).toBeLessThan(30_000_000);
  expect(refusals.counts.get("unknown-path")).toBe(60_000);
  await refusals.stop();
});
