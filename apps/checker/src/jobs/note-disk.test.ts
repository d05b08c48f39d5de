import { instanceProblems, openDb } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { diskProblem, isShort, noteDisk } from "./note-disk.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

test.each([
  [0.1, "10 % are free"],
  [0.004, "0 % are free"],
])("a disk of which %d is free is reported as %s", (share, expected) => {
  expect(diskProblem({ freeBytes: share * 1e12, bytes: 1e12 }, "/data")).toContain(expected);
});

test("a disk of which more than a tenth is free is no problem", () => {
  expect(diskProblem({ freeBytes: 0.11e12, bytes: 1e12 }, "/data")).toBeNull();
});

test.each([
  ["a tenth of a small disk is free", { freeBytes: 4e9, bytes: 40e9 }, true],
  ["more than a tenth of a small disk is free", { freeBytes: 4e9, bytes: 39e9 }, false],
  ["a tenth of a large disk is free", { freeBytes: 50e9, bytes: 500e9 }, false],
  ["nearly nothing of a large disk is free", { freeBytes: 1e9, bytes: 500e9 }, true],
])("whether bodies are given up where %s", (_, space, expected) => {
  expect(isShort(space)).toBe(expected);
});

test("where there is no such folder, nothing is reported", async () => {
  await noteDisk(db, "/nowhere/data");
  expect(await instanceProblems(db)).toEqual([]);
});
