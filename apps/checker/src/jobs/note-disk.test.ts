import { instanceProblems, openDb } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { diskProblem, noteDisk } from "./note-disk.ts";

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

test("where there is no such folder, nothing is reported", async () => {
  await noteDisk(db, "/nowhere/data");
  expect(await instanceProblems(db)).toEqual([]);
});
