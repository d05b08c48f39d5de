import { claimJobRun, keyringOf, openDb } from "@overdue/db";
import { redisMissing, testDatabase, testRedis, type TestDatabase, type TestRedis } from "@overdue/testkit";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { openWorkQueue, type WorkQueue } from "../queue/work-queue.ts";
import { startJobs } from "./job-runner.ts";
import { type MaintenanceJob, maintenanceJobs } from "./maintenance-jobs.ts";

const HOUR = 3_600;
const log = pino({ level: "silent" });
const closers: (() => Promise<unknown>)[] = [];

let database: TestDatabase;
let redis: TestRedis | null;
beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await database.pool.query("delete from instance_facts");
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});

test("every maintenance job runs on an empty database", async () => {
  const jobs = maintenanceJobs(database.pool, {
    dataDir: "/nowhere",
    emailVerification: true,
    ownerContact: { keyring: keyringOf(["x".repeat(32)]), mail: false },
    log,
  });
  expect(jobs.length).toBeGreaterThan(5);
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  for (const { run } of jobs) expect((await run(openDb(database.pool), 100)) ?? 0).toBe(0);
});

describe.each(["PostgreSQL", "Redis"])("with its queue on %s", (store) => {
  const missing = store === "Redis" && redisMissing !== null;
  const redisUrl = () => (store === "Redis" ? (redis?.url ?? null) : null);

  test.skipIf(missing)(
    "a job goes on in batches until nothing is left, and a failing one does not stop the others",
    async () => {
      const batches = [5_000, 5_000, 3];
      const done = Promise.withResolvers<void>();
      const fail = { name: "fail", everySeconds: HOUR, run: () => Promise.reject(new Error("no")) };
      const prune = {
        name: "prune",
        everySeconds: HOUR,
        run: () => {
          const rows = batches.shift() ?? 0;
          if (batches.length === 0) done.resolve();
          return Promise.resolve(rows);
        },
      };
      await start([fail, prune], { redisUrl: redisUrl(), firstAfterMs: 0 });
      await done.promise;
      expect(batches).toEqual([]);
    },
  );

  test.skipIf(missing)("a job comes again and again, each time to one of several processes", async () => {
    let runs = 0;
    const tick = { name: "tick", everySeconds: 1, run: () => Promise.resolve(void (runs += 1)) };
    for (let count = 0; count < 3; count += 1) await start([tick], { redisUrl: redisUrl(), firstAfterMs: 0 });
    const startedAt = performance.now();
    await expect.poll(() => runs, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    expect(runs).toBeLessThanOrEqual((performance.now() - startedAt) / 1_000 + 2);
  });
});

test.skipIf(redisMissing)(
  "a job that a Redis brings no more, because it was emptied, is brought again",
  async () => {
    let runs = 0;
    const tick = { name: "emptied", everySeconds: 1, run: () => Promise.resolve(void (runs += 1)) };
    await start([tick], { redisUrl: redis?.url ?? null, firstAfterMs: 0, sweepEveryMs: 200 });
    await expect.poll(() => runs, { timeout: 10_000 }).toBeGreaterThan(0);
    const client = new Redis(redis?.url ?? "");
    await client.flushall();
    client.disconnect();
    const before = runs;
    await expect.poll(() => runs, { timeout: 10_000 }).toBeGreaterThan(before + 1);
  },
);

test.skipIf(redisMissing)("a job whose Redis was never there is done by the sweep", async () => {
  const done = Promise.withResolvers<void>();
  const lone = { name: "lone", everySeconds: HOUR, run: () => Promise.resolve(done.resolve()) };
  await start([lone], { redisUrl: "redis://127.0.0.1:1", sweepEveryMs: 100 });
  await expect(done.promise).resolves.toBeUndefined();
});

test("a job that was done a moment ago is not done again", async () => {
  const db = openDb(database.pool);
  expect(await claimJobRun(db, "once", 60)).toBe(true);
  expect(await claimJobRun(db, "once", 60)).toBe(false);
  expect(await claimJobRun(db, "once", 0)).toBe(true);
});

type Start = { redisUrl: string | null; firstAfterMs?: number; sweepEveryMs?: number };

async function start(jobs: MaintenanceJob[], { redisUrl, ...moments }: Start): Promise<void> {
  const queue: WorkQueue<unknown> = await openWorkQueue({
    name: "maintenance",
    redisUrl,
    databaseUrl: database.url,
    concurrency: 1,
    read: (data) => data,
    onError: () => undefined,
  });
  const stop = startJobs({ db: openDb(database.pool), queue, jobs, log, ...moments });
  closers.push(async () => {
    await stop();
    await queue.close();
  });
}
