import { stripMarks } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { listOverviews } from "../checks/list-overviews.ts";
import { openDb } from "../database.ts";
import { acknowledgeIncident } from "../incidents/act.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { countSlots, countSlotsByDay } from "./list-events.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(() => database.drop());

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const EVERY_FIVE = { kind: "cron", expression: "*/5 * * * *", timezone: "UTC" } as const;

/** A check that was met at 12:05 and 12:10, failed at 12:15, and got nothing at 12:20. Its first run is for no slot. */
async function aCheckWithHistory(projectId: string): Promise<SceneCheck> {
  const check = await aCheck(pool, { at: T, projectId, settings: { schedule: EVERY_FIVE } });
  const run = (due: number, kind: "success" | "fail") => [
    anArrival(check, T + due * MINUTE, { kind: "start" }),
    anArrival(check, T + due * MINUTE + 30_000, { kind, digest: String(due) }),
  ];
  const arrivals = [...run(0, "success"), ...run(5, "success"), ...run(10, "success"), ...run(15, "fail")];
  for (const arrival of arrivals) await recordPings(pool, [arrival], ALONE);
  await evaluateDue(pool, { watermark: T + 22 * MINUTE, outages: [], limit: 500 }, () => undefined);
  return check;
}

const overviews = (projectId: string, ids: string[] | null = null, limits = {}) =>
  listOverviews({ db, pool }, { projectId, ids }, { each: 30, checksMax: 100, ...limits });

test("a list has the slots of each check with how long their runs took, oldest first", async () => {
  const { projectId } = await aProject(pool);
  await aCheckWithHistory(projectId);
  const [overview] = await overviews(projectId);
  expect(overview?.slots?.map(({ outcome, durationMs }) => [outcome, durationMs])).toEqual([
    ["on-time", 30_000],
    ["on-time", 30_000],
    ["failed", 30_000],
    ["missed", null],
  ]);
  const marks = stripMarks(overview?.slots ?? [], { status: "down", isRunning: false });
  expect(marks.map(({ kind }) => kind)).toEqual(["on-time", "on-time", "failed", "missed"]);
});

test("of many slots the newest are listed", async () => {
  const { projectId } = await aProject(pool);
  await aCheckWithHistory(projectId);
  const [overview] = await overviews(projectId, null, { each: 2 });
  expect(overview?.slots?.map(({ outcome }) => outcome)).toEqual(["failed", "missed"]);
});

test("a list of too many checks has the slots of those alone that are down, or that are asked for", async () => {
  const { projectId } = await aProject(pool);
  const { id: checkId } = await aCheckWithHistory(projectId);
  const fine = await aCheck(pool, { at: T, projectId });
  const few = { checksMax: 1 };
  const listed = await overviews(projectId, null, few);
  expect(Object.fromEntries(listed.map(({ row, slots }) => [row.id, slots?.length ?? null]))).toEqual({
    [checkId]: 4,
    [fine.id]: null,
  });
  expect((await overviews(projectId, [checkId], few))[0]?.slots).toHaveLength(4);
});

test("a list says which incident is open, and whether somebody has acknowledged it", async () => {
  const { projectId } = await aProject(pool);
  await aCheckWithHistory(projectId);
  const [before] = await overviews(projectId);
  expect(before?.incident).toMatchObject({ reason: "failed", isAcknowledged: false });
  const incidentId = before?.incident?.id ?? "";
  await acknowledgeIncident(pool, { projectId, incidentId }, { by: "ada", at: T });
  const [after] = await overviews(projectId);
  expect(after?.incident?.isAcknowledged).toBe(true);
});

test("a list holds a check without any slot, and only the checks that are asked for", async () => {
  const { projectId } = await aProject(pool);
  const fresh = await aCheck(pool, { at: T, projectId });
  await aCheck(pool, { at: T, projectId });
  expect(await overviews(projectId)).toHaveLength(2);
  const one = await overviews(projectId, [fresh.id]);
  expect(one.map(({ row, slots, incident }) => [row.id, slots, incident])).toEqual([[fresh.id, [], null]]);
});

test("a list has no check of another project, even when its id is asked for", async () => {
  const [mine, other] = [await aProject(pool), await aProject(pool)];
  const foreign = await aCheckWithHistory(other.projectId);
  expect(await overviews(mine.projectId, [foreign.id])).toEqual([]);
});

test("slots are counted for each span that ends now", async () => {
  const { projectId } = await aProject(pool);
  const { id: checkId } = await aCheckWithHistory(projectId);
  const now = T + 22 * MINUTE;
  const counted = { onTime: 2, late: 0, failed: 1, missed: 1, maintenance: 0, outage: 0 };
  expect(await countSlots(pool, { projectId, checkId }, { now, days: [1, 7] })).toEqual([
    { days: 1, ...counted },
    { days: 7, ...counted },
  ]);
  const later = now + 3 * 24 * 60 * MINUTE;
  const [day] = await countSlots(pool, { projectId, checkId }, { now: later, days: [1] });
  expect(day).toMatchObject({ onTime: 0, failed: 0, missed: 0 });
});

test("slots are summed up by the days of the reader's calendar", async () => {
  const { projectId } = await aProject(pool);
  const { id: checkId } = await aCheckWithHistory(projectId);
  const from = T - MINUTE;
  const utc = await countSlotsByDay(pool, { projectId, checkId }, { from, timezone: "UTC" });
  expect(utc).toEqual([
    { day: "2026-03-02", onTime: 2, late: 0, failed: 1, missed: 1, overlong: 0, excluded: 0, meanMs: 30_000 },
  ]);
  const auckland = await countSlotsByDay(
    pool,
    { projectId, checkId },
    { from, timezone: "Pacific/Auckland" },
  );
  expect(auckland.map(({ day }) => day)).toEqual(["2026-03-03"]);
});
