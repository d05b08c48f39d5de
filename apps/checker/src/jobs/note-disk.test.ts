import { instanceProblems, openDb } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { diskProblem, noteDisk } from "./note-disk.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

test.each([
  [0.11, null],
  [0.1, "10 % are free"],
  [0.004, "0 % are free"],
])("a disk of which %d is free is told of as %s", (share, expected) => {
  const sentence = diskProblem({ freeBytes: share * 1e12, bytes: 1e12 }, "/data");
  if (expected === null) expect(sentence).toBeNull();
  else expect(sentence).toContain(expected);
});

test("where there is no such folder, nothing is told", async () => {
  await noteDisk(db, "/nowhere/data");
  expect(await instanceProblems(db)).toEqual([]);
});
