import { aCheck, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test, vi } from "vitest";

import { pingsOf } from "../../../test/receiver.ts";
import { spoolScene } from "../../../test/spool-scene.ts";

const database = await testDatabase();
afterAll(database.drop);
// Receivers belong to no project: each test begins without any.
beforeEach(() => database.pool.query("truncate receivers, outages"));
const PATIENCE = { timeout: 20_000, interval: 50 };
const scene = () => spoolScene({ databaseUrl: database.url });
/** Longer than what the receiver keeps of its beginning and its end, 1,000 bytes each. */
const long = (run: number, middle: string) =>
  `run ${run} ${"a".repeat(3_000)} ${middle} ${"z".repeat(3_000)}`;
const KEYWORDS = { filterHttpBody: true, successKeywords: "all done", failureKeywords: "broken" };

test("a long body that comes while the database is away is kept, with the keywords that lie in its middle", async () => {
  const { gate, ping } = await scene();
  const check = await aCheck(database.pool, { details: KEYWORDS });
  expect((await ping(check.pingUuid, long(1, "all done")))[0]).toBe(200);
  gate.shut();
  expect((await ping(check.pingUuid, long(2, "all done")))[0]).toBe(200);
  expect((await ping(check.pingUuid, long(3, "broken")))[0]).toBe(200);
  gate.open();
  await vi.waitFor(async () => expect(await pingsOf(database.pool, check)).toHaveLength(3), PATIENCE);
  const stored = await pingsOf(database.pool, check);
  expect(stored.map(({ kind }) => kind).toSorted()).toEqual(["fail", "success", "success"]);
  expect(new Set(stored.map(({ body_bytes: bytes }) => bytes))).toEqual(
    new Set([long(2, "all done").length, long(3, "broken").length]),
  );
  expect(stored.every(({ body }) => body !== null && body.length <= 2_000)).toBe(true);
});

test("a long body is refused while nobody can say for which keywords to look in it", async () => {
  const { gate, ping } = await scene();
  const check = await aCheck(database.pool, { details: KEYWORDS });
  expect((await ping(check.pingUuid))[0]).toBe(200);
  gate.shut();
  expect((await ping(check.pingUuid, long(1, "all done")))[0]).toBe(503);
});
