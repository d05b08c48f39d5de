import { randomUUID } from "node:crypto";
import { aCheck, aProject, type SceneCheck, testDatabase, type TestDatabase } from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDb, type Db } from "../database.ts";
import { createWindow } from "../maintenance/windows.ts";
import { checks, flips, outages, runs, slots } from "../schema/index.ts";
import { readReport } from "./find-report.ts";

const at = (iso: string) => new Date(`${iso}Z`);
const span = { from: at("2026-11-01T00:00").getTime(), until: at("2026-12-01T00:00").getTime() };
const before = { from: at("2026-10-01T00:00").getTime(), until: at("2026-11-01T00:00").getTime() };

let database: TestDatabase;
let db: Db;
let projectId: string;
beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  await db.delete(outages);
  ({ projectId } = await aProject(database.pool));
});
afterAll(() => database.drop());

const report = () => readReport(db, { projectId, span, before });

/** A check that was up since September and is still heard from. */
async function upCheck(name = "sync"): Promise<SceneCheck> {
  const made = at("2026-09-01T00:00").getTime();
  const check = await aCheck(database.pool, { projectId, at: made, details: { name } });
  await db
    .update(checks)
    .set({ status: "up", createdAt: new Date(made), lastPingAt: at("2026-12-01T00:00") })
    .where(eq(checks.id, check.id));
  await flip(check, ["new", "up"], "2026-09-01T01:00");
  return check;
}

let seq = 0;
async function flip(
  { id: checkId }: SceneCheck,
  [from, to]: readonly ["new" | "up" | "down", "up" | "down" | "paused"],
  when: string,
) {
  seq += 1;
  await db
    .insert(flips)
    .values({ projectId, checkId, deadlineSeq: seq, from, to, at: at(when), alerts: true });
}

async function slot(
  { id: checkId }: SceneCheck,
  outcome: typeof slots.$inferSelect.outcome,
  due: string,
  lateMs: number | null = null,
) {
  await db.insert(slots).values({ projectId, checkId, dueAt: at(due), decidedAt: at(due), outcome, lateMs });
}

async function run({ id: checkId }: SceneCheck, durationMs: number | null, heard: string) {
  const heardAt = at(heard);
  await db.insert(runs).values({
    projectId,
    checkId,
    id: randomUUID(),
    heardAt,
    endedAt: heardAt,
    outcome: "success",
    durationMs,
  });
}

test("a down that began before the span and one that outlasts it count for what lies within", async () => {
  const check = await upCheck();
  await flip(check, ["up", "down"], "2026-10-31T12:00");
  await flip(check, ["down", "up"], "2026-11-02T00:00");
  await flip(check, ["up", "down"], "2026-11-30T00:00");
  await flip(check, ["down", "up"], "2026-12-02T00:00");
  const { uptime, downs, worst } = await report();
  expect(uptime).toEqual({ now: 1 - 2 / 30, before: 1 - 0.5 / 31 });
  expect(downs).toEqual({ now: 1, before: 1 });
  expect(worst.first).toMatchObject([{ name: "sync", downMs: 2 * 86_400_000, downs: 1 }]);
});

test("a check without a change of status was all the time what it is", async () => {
  await upCheck();
  expect((await report()).uptime).toEqual({ now: 1, before: 1 });
});

test("slots count for the span in which they were due", async () => {
  const check = await upCheck();
  await slot(check, "missed", "2026-10-31T23:59");
  await slot(check, "missed", "2026-11-01T00:00");
  await slot(check, "early", "2026-11-02T00:00");
  await slot(check, "on-time", "2026-11-03T00:00");
  await slot(check, "late", "2026-11-04T00:00", 60_000);
  await slot(check, "late", "2026-11-05T00:00", 90_000);
  await slot(check, "failed", "2026-11-30T23:59");
  await slot(check, "failed", "2026-12-01T00:00");
  await slot(check, "excluded", "2026-11-06T00:00");
  expect(await report()).toMatchObject({
    onTime: { now: 2, before: 0 },
    late: { now: 2, before: 0 },
    missed: { now: 1, before: 1 },
    failed: { now: 1, before: 0 },
    excluded: { now: 1, before: 0 },
    latest: { total: 1, first: [{ late: 2, lateMostMs: 90_000 }] },
  });
});

test("the longest run stands beside the mean of the span before; what was not timed does not count", async () => {
  const check = await upCheck();
  await run(check, 1_000, "2026-10-10T00:00");
  await run(check, 3_000, "2026-10-11T00:00");
  await run(check, 5_000, "2026-11-10T00:00");
  await run(check, 9_000, "2026-11-11T00:00");
  await run(check, null, "2026-11-12T00:00");
  expect((await report()).slowest.first).toMatchObject([{ longestMs: 9_000, usualMs: 2_000 }]);
});

test("maintenance and our own outages do not count", async () => {
  const check = await upCheck();
  await flip(check, ["up", "down"], "2026-11-10T00:00");
  await flip(check, ["down", "up"], "2026-11-11T00:00");
  const rule = {
    kind: "once",
    from: at("2026-11-10T00:00").getTime(),
    until: at("2026-11-10T12:00").getTime(),
  } as const;
  await createWindow(db, projectId, { name: "move", rule, tags: [], checkIds: [], createdBy: "Ada" });
  await db.insert(outages).values({ startedAt: at("2026-11-10T12:00"), endedAt: at("2026-11-11T00:00") });
  expect(await report()).toMatchObject({
    uptime: { now: 1, before: 1 },
    leftOut: { pausedChecks: 0, maintenanceChecks: 1, outageMs: 43_200_000 },
  });
});

test("a paused check says since when, and another project's checks are not in the report", async () => {
  const check = await upCheck("paused one");
  await flip(check, ["up", "paused"], "2026-11-15T08:00");
  await db.update(checks).set({ status: "paused" }).where(eq(checks.id, check.id));
  const other = await aProject(database.pool);
  await aCheck(database.pool, { projectId: other.projectId });
  const deleted = await upCheck("deleted");
  await db.update(checks).set({ deletedAt: new Date() }).where(eq(checks.id, deleted.id));
  expect(await report()).toMatchObject({
    checks: 1,
    paused: { total: 1, first: [{ name: "paused one", pausedAt: at("2026-11-15T08:00").getTime() }] },
    neverRan: { total: 0 },
  });
});
