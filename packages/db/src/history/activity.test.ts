import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { loadActivity, outagesWithin } from "./activity.ts";

const database = await testDatabase();
const { pool } = database;
const on = { db: openDb(pool), pool };
afterAll(() => database.drop());

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY_FIVE = { kind: "cron", expression: "*/5 * * * *", timezone: "UTC" } as const;

/** Met at 12:05 by a run of 30 seconds, missed from 12:10 on. Its first run, before 12:00, is for no slot. */
async function aCheckWithHistory(projectId: string, until = T + 22 * MINUTE) {
  const check = await aCheck(pool, { at: T - HOUR, projectId, settings: { schedule: EVERY_FIVE } });
  await recordPings(pool, [anArrival(check, T - 4 * MINUTE, { digest: "first" })], ALONE);
  await recordPings(pool, [anArrival(check, T + 5 * MINUTE, { kind: "start" })], ALONE);
  await recordPings(pool, [anArrival(check, T + 5 * MINUTE + 30_000)], ALONE);
  await evaluateDue(pool, { watermark: until, outages: [], limit: 500 }, () => undefined);
  return check;
}

const read = (projectId: string, from: number, until: number, after: string | null = null) =>
  loadActivity(on, { projectId, after, limit: 10 }, { from, until, partMs: HOUR });

test("a span has the slots that are due in it and the runs that touch it", async () => {
  const { projectId } = await aProject(pool);
  await aCheckWithHistory(projectId);
  const [one] = await read(projectId, T, T + HOUR);
  if (one?.kind !== "single") throw new Error("So few slots are listed one by one.");
  expect(
    one.slots.filter(({ dueAt }) => dueAt > T).map(({ dueAt, outcome }) => [(dueAt - T) / MINUTE, outcome]),
  ).toEqual([
    [5, "on-time"],
    [10, "missed"],
    [15, "missed"],
    [20, "missed"],
  ]);
  expect(one.runs).toMatchObject([{ startedAt: T + 5 * MINUTE, endedAt: T + 5 * MINUTE + 30_000 }]);
  expect(one.slots.find(({ runId }) => runId !== null)?.runId).toBe(one.runs[0]?.id);
});

test("a run that began in a span and ended after it belongs to it, one from before and after does not", async () => {
  const { projectId } = await aProject(pool);
  await aCheckWithHistory(projectId);
  const runsWithin = async (from: number, until: number) => {
    const [one] = await read(projectId, T + from, T + until);
    return one?.kind === "single" ? one.runs.length : -1;
  };
  expect(await runsWithin(0, 5 * MINUTE + 10_000)).toBe(1);
  expect(await runsWithin(5 * MINUTE + 10_000, 5 * MINUTE + 20_000)).toBe(1);
  expect(await runsWithin(0, 5 * MINUTE)).toBe(0);
  expect(await runsWithin(6 * MINUTE, HOUR)).toBe(0);
});

test("more than 300 slots of a check are summed up by parts of the span", async () => {
  const { projectId } = await aProject(pool);
  const { id } = await aCheckWithHistory(projectId);
  await pool.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at)
     select $1, $2, to_timestamp($3::float8 / 1000) + n * interval '5 minutes', 'on-time', now()
       from generate_series(10, 400) n`,
    [projectId, id, T],
  );
  const [one] = await read(projectId, T, T + 48 * HOUR);
  if (one?.kind !== "summed") throw new Error("So many slots are summed up.");
  expect(one.parts[0]).toMatchObject({ index: 0, onTime: 3, missed: 4 });
  expect(one.parts[1]).toMatchObject({ index: 1, onTime: 12, missed: 0 });
});

test("checks come page by page", async () => {
  const { projectId } = await aProject(pool);
  const [first, second] = [await aCheck(pool, { projectId }), await aCheck(pool, { projectId })];
  expect((await read(projectId, T, T + HOUR)).map(({ row }) => row.id)).toEqual(
    [first.id, second.id].toSorted(),
  );
  const [low = ""] = [first.id, second.id].toSorted();
  expect(await read(projectId, T, T + HOUR, low)).toHaveLength(1);
});

test("outages are those that touch the span", async () => {
  await pool.query(
    `insert into outages (id, started_at, ended_at) values
       (gen_random_uuid(), '2026-03-02T12:00Z', '2026-03-02T12:10Z'), (gen_random_uuid(), '2026-03-02T13:00Z', null)`,
  );
  const spans = async (from: number, until: number) =>
    (await outagesWithin(pool, { from: T + from, until: T + until })).length;
  expect(await spans(5 * MINUTE, HOUR)).toBe(1);
  expect(await spans(0, 2 * HOUR)).toBe(2);
  expect(await spans(10 * MINUTE, HOUR)).toBe(0);
});
