import process from "node:process";

import {
  redisMissing,
  testDatabase,
  testRedis,
  testRedisCluster,
  testRedisSentinel,
  type TestDatabase,
  type TestRedis,
  type TestRedises,
} from "@overdue/testkit";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { newDue } from "../../test/due-delivery.ts";
import { type DeliveryJob, deliveryJobs, openDeliveryQueue } from "./delivery-job.ts";
import type { WorkQueue } from "./work-queue.ts";

let database: TestDatabase;
let redis: TestRedis | null;
let cluster: TestRedises | null;
const opened: WorkQueue<DeliveryJob>[] = [];

beforeAll(async () => {
  [database, redis, cluster] = await Promise.all([
    testDatabase(),
    testRedis(),
    redisMissing === null ? testRedisCluster() : null,
  ]);
});
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
});
afterAll(async () => {
  await redis?.stop();
  await cluster?.stop();
  await database.drop();
});

describe.each(["PostgreSQL", "Redis", "a Redis cluster"])("on %s", (store) => {
  const missing = store !== "PostgreSQL" && redisMissing !== null;

  test.skipIf(missing).each([3, 60])(
    "each of %i deliveries comes once, to one of the senders",
    async (count) => {
      const heard: string[] = [];
      const all = Promise.withResolvers<void>();
      const queues = await Promise.all([open(store), open(store), open(store)]);
      for (const queue of queues) {
        queue.process(({ deliveries }) => {
          heard.push(...deliveries.map(({ deliveryId }) => deliveryId));
          if (heard.length === count) all.resolve();
          return Promise.resolve();
        });
      }
      const dues = Array.from({ length: count }, newDue);
      await queues[0]?.add(deliveryJobs(dues));
      await all.promise;
      expect(heard.toSorted()).toEqual(dues.map(({ deliveryId }) => deliveryId).toSorted());
    },
  );

  test.skipIf(missing)("the next attempt of the same delivery comes again", async () => {
    const queue = await open(store);
    const due = newDue();
    const heard: number[] = [];
    const both = Promise.withResolvers<void>();
    queue.process(({ deliveries }) => {
      heard.push(...deliveries.map(({ attempt }) => attempt));
      if (heard.length === 2) both.resolve();
      return Promise.resolve();
    });
    await queue.add(deliveryJobs([due]));
    await queue.add(deliveryJobs([{ ...due, attempt: 2 }]));
    await both.promise;
    expect(new Set(heard)).toEqual(new Set([1, 2]));
  });
});

describe.each(["PostgreSQL", "Redis"])("a delivery that is due later, on %s,", (store) => {
  const missing = store === "Redis" && redisMissing !== null;

  test.skipIf(missing)("comes at its time, and at the earlier one where that has changed", async () => {
    const queue = await open(store);
    const due = newDue();
    const came: number[] = [];
    const both = Promise.withResolvers<void>();
    const addedAt = performance.now();
    queue.process(({ deliveries }) => {
      came.push(...deliveries.map(({ dueAt }) => dueAt));
      if (came.length === 2) both.resolve();
      return Promise.resolve();
    });
    await queue.add(deliveryJobs([{ ...due, dueAt: 2, dueInMs: 600 }]));
    await queue.add(deliveryJobs([{ ...due, dueAt: 2, dueInMs: 600 }]));
    await queue.add(deliveryJobs([{ ...due, dueAt: 1, dueInMs: 0 }]));
    await both.promise;
    expect(came).toEqual([1, 2]);
    expect(performance.now() - addedAt).toBeGreaterThanOrEqual(590);
  });
});

test.skipIf(redisMissing)("deliveries go on by the replica that sentinels make the primary", async () => {
  const sentinels = await testRedisSentinel();
  const queue = await openDeliveryQueue({ ...options(), redisUrl: sentinels.url });
  const heard: string[] = [];
  queue.process(({ deliveries }) => {
    heard.push(...deliveries.map(({ deliveryId }) => deliveryId));
    return Promise.resolve();
  });
  const [before, after] = [newDue(), newDue()];
  await queue.add(deliveryJobs([before]));
  await expect.poll(() => heard).toEqual([before.deliveryId]);
  sentinels.killPrimary();
  // As the sweep does, while it is away.
  const canAdd = () =>
    queue.add(deliveryJobs([after])).then(
      () => true,
      () => false,
    );
  await expect.poll(canAdd, { timeout: 30_000 }).toBe(true);
  await expect.poll(() => new Set(heard), { timeout: 30_000 }).toContain(after.deliveryId);
  await queue.close();
  await sentinels.stop();
});

test.skipIf(redisMissing)("a Redis that is away refuses soon", async () => {
  const queue = await openDeliveryQueue({ ...options(), redisUrl: "redis://127.0.0.1:1" });
  await expect(queue.add(deliveryJobs([newDue()]))).rejects.toThrow(Error);
  await queue.close();
});

test.skipIf(redisMissing)("a Redis that is frozen refuses soon", async () => {
  const frozen = await testRedis();
  if (frozen === null) throw new Error("Redis is there");
  const queue = await openDeliveryQueue({ ...options(), redisUrl: frozen.url });
  queue.process(() => Promise.resolve());
  await queue.add(deliveryJobs([newDue()]));
  process.kill(frozen.pid, "SIGSTOP");
  await expect(queue.add(deliveryJobs([newDue()]))).rejects.toThrow(Error);
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
  const queue = await openDeliveryQueue({ databaseUrl: own.url, redisUrl: null, onError, addMs: 20_000 });
  const heard = Promise.withResolvers<void>();
  queue.process(() => Promise.resolve(heard.resolve()));
  await own.pool.query("alter schema bullmq rename to elsewhere");
  await enough.promise;
  expect((times[ERRORS - 1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(LEAST_MS);

  await own.pool.query("alter schema elsewhere rename to bullmq");
  await queue.add(deliveryJobs([newDue()]));
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
    const queue = await openDeliveryQueue({
      databaseUrl: database.url,
      redisUrl: full.url,
      onError,
      addMs: 20_000,
    });
    const heard = Promise.withResolvers<void>();
    queue.process(() => Promise.resolve(heard.resolve()));
    const admin = new Redis(full.url);
    await admin.config("SET", "maxmemory-policy", "noeviction");
    await admin.config("SET", "maxmemory", "1");
    await enough.promise;
    expect((times[ERRORS - 1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(LEAST_MS);
    await admin.config("SET", "maxmemory", "0");
    await queue.add(deliveryJobs([newDue()]));
    await heard.promise;
    await queue.close();
    admin.disconnect();
    await full.stop();
  },
);

async function open(store: string): Promise<WorkQueue<DeliveryJob>> {
  const redisUrl = { Redis: redis?.url, "a Redis cluster": cluster?.url }[store] ?? null;
  const queue = await openDeliveryQueue({ ...options(), redisUrl, addMs: 20_000 });
  opened.push(queue);
  return queue;
}

function options() {
  return { databaseUrl: database.url, onError: () => undefined };
}
