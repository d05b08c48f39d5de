import { keyringOf, openDb } from "@overdue/db";
import { testDatabase, type TestDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { dutiesOn } from "./duties.ts";
import { keepHouse } from "./keep-house.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const log = pino({ level: "silent" });

test("every duty runs on an empty house", async () => {
  const duties = dutiesOn(database.pool, { way: { keyring: keyringOf(["x".repeat(32)]), mail: false }, log });
  expect(duties.length).toBeGreaterThan(5);
  for (const { run } of duties) expect(await run(openDb(database.pool), 100)).toBe(0);
});

test("a duty goes on in batches until nothing is left, and a failing one does not stop the others", async () => {
  const batches = [5_000, 5_000, 3];
  const done = Promise.withResolvers<void>();
  const stop = keepHouse({
    db: openDb(database.pool),
    log,
    firstAfterMs: 0,
    duties: [
      { name: "fail", everySeconds: 3_600, run: () => Promise.reject(new Error("no")) },
      {
        name: "prune",
        everySeconds: 3_600,
        run: () => {
          const rows = batches.shift() ?? 0;
          if (batches.length === 0) done.resolve();
          return Promise.resolve(rows);
        },
      },
    ],
  });
  await done.promise;
  await stop();
  expect(batches).toEqual([]);
});
