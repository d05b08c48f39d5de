import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { deleteCheck } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { pruneDeleted } from "../maintenance-jobs/prune.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { applyPendingWindows, applyWindows } from "./apply-windows.ts";
import { createWindow, deleteWindow, editWindow, restoreWindow } from "./windows.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(() => database.drop());

const NOW = Date.now();
const HOUR = 3_600_000;
const DEPLOY = { kind: "once", from: NOW, until: NOW + HOUR } as const;

test("checks that did not get a window, because the process that applied it died, get it by the sweep", async () => {
  const { projectId, checks } = await aProjectOf(3);
  await plan(projectId);
  expect(await knowing(projectId)).toEqual([0, 0, 0]);
  expect(await applyPendingWindows(pool, NOW)).toBe(1);
  expect(await knowing(projectId)).toEqual([1, 1, 1]);
  expect(await applyPendingWindows(pool, NOW)).toBe(0);
  expect(checks).toHaveLength(3);
});

test("a check that cannot be folded keeps no other from its windows", async () => {
  const { projectId, checks } = await aProjectOf(3);
  await pool.query("update checks set memory = '{}' where id = $1", [checks[1]?.id]);
  await plan(projectId);
  await applyWindows(pool, projectId, NOW);
  expect(await knowing(projectId)).toEqual([1, 1, 1]);
});

test("of two changes at once all checks know both in the end", async () => {
  const { projectId } = await aProjectOf(3);
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      await plan(projectId);
      await applyWindows(pool, projectId, NOW);
    }),
  );
  expect(await knowing(projectId)).toEqual([4, 4, 4]);
  expect(await applyPendingWindows(pool, NOW)).toBe(0);
});

test("a window for checks that are gone holds for nobody, and not for the whole project", async () => {
  const { projectId, checks } = await aProjectOf(2);
  const [gone] = checks;
  await plan(projectId, { checkIds: [gone?.id ?? ""] });
  await deleteCheck(db, { projectId, checkId: gone?.id ?? "" });
  await pool.query("delete from checks where id = $1", [gone?.id]);
  await applyWindows(pool, projectId, NOW);
  expect(await knowing(projectId)).toEqual([0]);
  await pruneDeleted(db, 100);
  const { count } = await pool.query("select from maintenance_windows where project_id = $1", [projectId]);
  expect(count).toBe(0);
});

test("a window whose checks and tags are taken away holds for the whole project", async () => {
  const { projectId, checks } = await aProjectOf(2);
  const { id: windowId } = await plan(projectId, { checkIds: [checks[0]?.id ?? ""], tags: ["db"] });
  const expectKnowing = async (edit: object, known: number[]) => {
    await editWindow(db, { projectId, windowId }, { ...edit, version: null });
    await applyWindows(pool, projectId, NOW);
    expect((await knowing(projectId)).toSorted((one, other) => one - other)).toEqual(known);
  };
  await expectKnowing({ tags: [] }, [0, 1]);
  await expectKnowing({ checkIds: [] }, [1, 1]);
});

test("a window that is restored is the same one, for the same checks", async () => {
  const { projectId, checks } = await aProjectOf(2);
  const [, named] = checks;
  const { id: windowId } = await plan(projectId, { checkIds: [named?.id ?? ""] });
  await applyWindows(pool, projectId, NOW);
  expect(await deleteWindow(db, { projectId, windowId })).toBe(true);
  await applyWindows(pool, projectId, NOW);
  expect(await knowing(projectId)).toEqual([0, 0]);
  const stranger = await aProject(pool);
  expect(await restoreWindow(db, { projectId: stranger.projectId, windowId })).toBe(false);
  expect(await restoreWindow(db, { projectId, windowId })).toBe(true);
  expect(await restoreWindow(db, { projectId, windowId })).toBe(false);
  await applyWindows(pool, projectId, NOW);
  expect(await knowing(projectId)).toEqual([0, 1]);
});

async function aProjectOf(count: number) {
  const { projectId } = await aProject(pool);
  const checks = [];
  for (let made = 0; made < count; made += 1) {
    const check = await aCheck(pool, { at: NOW - HOUR + made, projectId });
    await recordPings(pool, [anArrival(check, NOW - 1_000)], ALONE);
    checks.push(check);
  }
  return { projectId, checks };
}

async function plan(
  projectId: string,
  { tags = [], checkIds = [] }: { tags?: string[]; checkIds?: string[] } = {},
) {
  return await createWindow(db, projectId, {
    name: "deploy",
    rule: DEPLOY,
    tags,
    checkIds,
    createdBy: "ada",
  });
}

/** How many windows each check knows, in the order in which they were made. */
async function knowing(projectId: string): Promise<number[]> {
  const rows = await pool.query<{ known: number }>(
    `select coalesce(jsonb_array_length(maintenance), 0) as known from checks
      where project_id = $1 and deleted_at is null order by created_at, id`,
    [projectId],
  );
  return rows.map(({ known }) => known);
}
