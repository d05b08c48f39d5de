import { randomUUID } from "node:crypto";
import process from "node:process";

import type { DueDelivery } from "@overdue/db";
import { redisMissing, testDatabase, testRedis, type TestDatabase, type TestRedis } from "@overdue/testkit";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { openQueue, type DeliveryQueue } from "./queue.ts";

let database: TestDatabase;
let redis: TestRedis | null;
const opened: DeliveryQueue[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
});
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});

describe.each(["PostgreSQL", "Redis"])("on %s", (store) => {
  const missing = store === "Redis" && redisMissing !== null;

  test.skipIf(missing).each([3, 60])(
    "each of %i rings is heard once, by one of the checkers",
    async (count) => {
      const heard: string[] = [];
      const all = Promise.withResolvers<void>();
      const queues = await Promise.all([open(store), open(store), open(store)]);
      for (const queue of queues) {
        queue.onRing((due) => {
          heard.push(due.deliveryId);
          if (heard.length === count) all.resolve();
        });
      }
      const rings = Array.from({ length: count }, newRing);
      await queues[0]?.ring(rings);
      await all.promise;
      expect(heard.toSorted()).toEqual(rings.map((ring) => ring.deliveryId).toSorted());
    },
  );

  test.skipIf(missing)("the next attempt of the same delivery is heard again", async () => {
    const queue = await open(store);
    const ring = newRing();
    const heard: number[] = [];
    const both = Promise.withResolvers<void>();
    queue.onRing(({ attempt }) => {
      heard.push(attempt);
      if (heard.length === 2) both.resolve();
    });
    await queue.ring([ring]);
    await queue.ring([{ ...ring, attempt: 2 }]);
    await both.promise;
    expect(new Set(heard)).toEqual(new Set([1, 2]));
  });
});

test.skipIf(redisMissing)("a Redis that is away refuses soon", async () => {
  const queue = await openQueue({ ...options(), redisUrl: "redis://127.0.0.1:1" });
  await expect(queue.ring([newRing()])).rejects.toThrow(Error);
  await queue.close();
});

test.skipIf(redisMissing)("a Redis that is frozen refuses soon", async () => {
  const frozen = await testRedis();
  if (frozen === null) throw new Error("Redis is there");
  const queue = await openQueue({ ...options(), redisUrl: frozen.url });
  queue.onRing(() => undefined);
  await queue.ring([newRing()]);
  process.kill(frozen.pid, "SIGSTOP");
  await expect(queue.ring([newRing()])).rejects.toThrow(Error);
  process.kill(frozen.pid, "SIGCONT");
  await queue.close();
  await frozen.stop();
});

/** Errors of a worker that asks again only after a pause of a second: five cannot come within less than four. */
const ERRORS = 5;
const LEAST_MS = 3_900;

test("a queue whose tables are gone is asked again only after a pause, and works again once they are back", async () => {
  const own = await testDatabase();
  const times: number[] = [];
  const enough = Promise.withResolvers<void>();
  const onError = () => {
    times.push(performance.now());
    if (times.length === ERRORS) enough.resolve();
  };
  const queue = await openQueue({ databaseUrl: own.url, redisUrl: null, onError, ringMs: 20_000 });
  const heard = Promise.withResolvers<void>();
  queue.onRing(() => heard.resolve());
  await own.pool.query("alter schema bullmq rename to elsewhere");
  await enough.promise;
  expect((times[ERRORS - 1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(LEAST_MS);

  await own.pool.query("alter schema elsewhere rename to bullmq");
  await queue.ring([newRing()]);
  await heard.promise;
  await queue.close();
  await own.drop();
});

test.skipIf(redisMissing)(
  "a Redis that is full is asked again only after a pause, and works again once it is not",
  async () => {
    const full = await testRedis();
    if (full === null) throw new Error("Redis is there");
    const times: number[] = [];
    const enough = Promise.withResolvers<void>();
    const onError = () => {
      times.push(performance.now());
      if (times.length === ERRORS) enough.resolve();
    };
    const queue = await openQueue({ databaseUrl: database.url, redisUrl: full.url, onError, ringMs: 20_000 });
    const heard = Promise.withResolvers<void>();
    queue.onRing(() => heard.resolve());
    const admin = new Redis(full.url);
    await admin.config("SET", "maxmemory-policy", "noeviction");
    await admin.config("SET", "maxmemory", "1");
    await enough.promise;
    expect((times[ERRORS - 1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(LEAST_MS);
    await admin.config("SET", "maxmemory", "0");
    await queue.ring([newRing()]);
    await heard.promise;
    await queue.close();
    admin.disconnect();
    await full.stop();
  },
);

async function open(store: string): Promise<DeliveryQueue> {
  const redisUrl = store === "Redis" ? (redis?.url ?? null) : null;
  const queue = await openQueue({ ...options(), redisUrl, ringMs: 20_000 });
  opened.push(queue);
  return queue;
}

function options() {
  return { databaseUrl: database.url, onError: () => undefined };
}

function newRing(): DueDelivery {
  const [deliveryId, projectId, channelId] = [randomUUID(), randomUUID(), randomUUID()];
  const due = { attempt: 1, rank: 1, crashes: 0, isQuiet: false };
  return { deliveryId, projectId, channelId, channelKind: "webhook", ...due };
}
