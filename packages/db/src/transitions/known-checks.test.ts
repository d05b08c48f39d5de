import { randomUUID } from "node:crypto";

import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { createPerson } from "../alert-routes/on-call.ts";
import { createRoute } from "../alert-routes/route-rows.ts";
import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { deleteCheck, pauseCheck } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { evaluateDue } from "./evaluate-due.ts";
import { KnownChecks } from "./known-checks.ts";
import {
  ALONE,
  type Knowledge,
  type ReceivedPing,
  type Recorded,
  recordKnown,
  recordPings,
} from "./record-pings.ts";

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

type Sent = { at: number; kind: "start" | "success" | "fail" | "log"; body?: string };

test("what is remembered of a check is what is stored, whatever its pings were", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const checks = new KnownChecks();
  const sent: Sent[] = [
    { at: T, kind: "success" },
    { at: T + 1_000, kind: "start" },
    { at: T + 2_500, kind: "log" },
    { at: T + 4_000, kind: "success" },
    { at: T + 4_000, kind: "success" },
    { at: T + 2 * MINUTE, kind: "success" },
  ];
  let quick = 0;
  for (const [i, { at, kind }] of sent.entries()) {
    const [recorded] = await record(checks, [anArrival(check, at, { kind, digest: `${i % 5}` })]);
    expect(recorded).toMatchObject({ kind: "recorded", checkId: check.id });
    if (checks.get(check.pingUuid) === undefined) continue;
    quick += 1;
    expect(checks.get(check.pingUuid)?.stored).toEqual(await storedNow(check));
  }
  expect(quick).toBeGreaterThan(3);
  expect(await numbersOf(check)).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ["paused", (check: SceneCheck) => pauseCheck(pool, { projectId: check.projectId, checkId: check.id }, T)],
  ["deleted", (check: SceneCheck) => deleteCheck(db, { projectId: check.projectId, checkId: check.id })],
  [
    "evaluated",
    () => evaluateDue(pool, { watermark: T + 40 * 86_400_000, outages: [], limit: 10_000 }, () => undefined),
  ],
])("a check that was %s since is left alone, and nothing of its pings is written", async (_, change) => {
  const [check, other] = [await aCheck(pool, { at: T - MINUTE }), await aCheck(pool, { at: T - MINUTE })];
  const checks = new KnownChecks();
  await warm(checks, check, T);
  await change(check);
  await warm(checks, other, T);
  const arrivals = [aLog(other, T + MINUTE), aLog(check, T + MINUTE)];
  const recorded = await recordKnown(pool, arrivals, { ...ALONE, checks });
  expect(recorded).toEqual([expect.objectContaining({ kind: "recorded", checkId: other.id }), null]);
  expect([(await numbersOf(check)).length, (await numbersOf(other)).length]).toEqual([3, 4]);
  expect(checks.get(check.pingUuid)).toBeUndefined();
});

test("a check whose project listens to runs by now is left for the transaction that notifies of them", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const checks = new KnownChecks();
  await warm(checks, check, T);
  const { id: personId } = await createPerson(db, check.projectId, { name: "Nobody", channelIds: [] });
  const notifyOn = { changes: false, failures: false, runs: true, notices: false };
  const steps = [{ afterMinutes: 0, targets: [{ kind: "person", personId }] }];
  await createRoute(db, check.projectId, RouteInput.parse({ name: "runs", notifyOn, steps }));
  expect(await recordKnown(pool, [aLog(check, T + MINUTE)], { ...ALONE, checks })).toEqual([null]);
  await recordPings(pool, [aLog(check, T + MINUTE)], { ...ALONE, checks });
  expect(checks.get(check.pingUuid)).toBeUndefined();
});

test("of a check with a ping that may have come before, no ping is recorded ahead of it", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const checks = new KnownChecks();
  await warm(checks, check, T);
  const mail = { ...anArrival(check, T + 1_000), once: Buffer.from(randomUUID()) };
  expect(await recordKnown(pool, [mail, anArrival(check, T + 2_000)], { ...ALONE, checks })).toEqual([
    null,
    null,
  ]);
});

test("a ping that flips its check is left for the transaction that opens an incident", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const checks = new KnownChecks();
  await warm(checks, check, T);
  const fail = anArrival(check, T + MINUTE, { kind: "fail" });
  expect(await recordKnown(pool, [fail], { ...ALONE, checks })).toEqual([null]);
  expect(await record(checks, [fail])).toMatchObject([{ kind: "recorded" }]);
  expect(await numbersOf(check)).toEqual([1, 2, 3, 4]);
});

test("a slug finds the check that has it now", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const before = await aCheck(pool, { projectId, at: T - MINUTE, details: { slug: "backup" } });
  const after = await aCheck(pool, { projectId, at: T - MINUTE });
  const checks = new KnownChecks();
  await warm(checks, before, T);
  await warm(checks, after, T);
  const target = { kind: "slug", pingKey, slug: "backup", create: false } as const;
  const ping = (at: number) => record(checks, [anArrival(target, at)]);
  expect(await ping(T + MINUTE)).toMatchObject([{ checkId: before.id }]);
  await pool.query("update checks set slug = '' where id = $1", [before.id]);
  await pool.query("update checks set slug = 'backup' where id = $1", [after.id]);
  expect(await ping(T + 2 * MINUTE)).toMatchObject([{ checkId: after.id }]);
});

test("two processes that hear the same ten checks at once lose nothing, and number every ping once", async () => {
  const tenChecks = await Promise.all(Array.from({ length: 10 }, () => aCheck(pool, { at: T - MINUTE })));
  const processes = [new KnownChecks(), new KnownChecks()];
  await Promise.all(
    processes.map(async (checks, one) => {
      for (let round = 0; round < 25; round += 1) {
        const order = one === 0 ? tenChecks : tenChecks.toReversed();
        const arrivals = order.map((check) =>
          anArrival(check, T + round * 1_000 + one, { kind: "log", digest: `${one} ${round}` }),
        );
        const recorded = await record(checks, arrivals, { outages: [], othersAt: T + MINUTE });
        expect(recorded.every((outcome) => outcome?.kind === "recorded")).toBe(true);
      }
    }),
  );
  const expected = Array.from({ length: 50 }, (_, i) => i + 1);
  for (const check of tenChecks) expect(await numbersOf(check)).toEqual(expected);
});

/** As a receiver does: what is known first, the rest as it is read. */
async function record(
  checks: KnownChecks,
  arrivals: readonly ReceivedPing[],
  knowledge: Knowledge = ALONE,
): Promise<(Recorded | null | undefined)[]> {
  const quick = await recordKnown(pool, arrivals, { ...knowledge, checks });
  const rest = arrivals.filter((_, i) => quick[i] === null);
  const others = rest.length === 0 ? [] : await recordPings(pool, rest, { ...knowledge, checks });
  return quick.map((outcome) => outcome ?? others.shift());
}

/** A ping that changes no status. */
function aLog(check: SceneCheck, at: number): ReceivedPing {
  return anArrival(check, at, { kind: "log", digest: String(at) });
}

/** Three pings, after which the check is up and known. */
async function warm(checks: KnownChecks, check: SceneCheck, at: number): Promise<void> {
  await record(checks, [anArrival(check, at)]);
  for (const n of [1, 2]) await record(checks, [aLog(check, at + n)]);
  expect(checks.get(check.pingUuid)).toBeDefined();
}

async function storedNow(check: SceneCheck) {
  const rows = await pool.query<StoredCheckRow>(`select ${STORED_CHECK} from checks where id = $1`, [
    check.id,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error("There is no such check.");
  return storedCheck(row);
}

async function numbersOf(check: SceneCheck): Promise<number[]> {
  const rows = await pool.query<{ number: number }>(
    "select number from pings where check_id = $1 order by number",
    [check.id],
  );
  return rows.map(({ number }) => number);
}
