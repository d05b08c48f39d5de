import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { instanceProblems, noteUnreadable } from "../instance/problems.ts";
import { createProject } from "../projects/projects.ts";
import { keyringOf } from "../secrets/keyring.ts";
import { createChannel } from "./write-channel.ts";

const database = await testDatabase();
afterAll(() => database.drop());

test("the operators hear of channels that SECRET_KEY does not open, until it opens them again", async () => {
  const db = openDb(database.pool);
  const [former, present] = ["f".repeat(32), "p".repeat(32)];
  const { id: projectId } = await createProject(db, { name: "Ops", ownerId: null });
  const channel = {
    projectId,
    kind: "webhook",
    name: "hook",
    settings: {},
    hint: "",
    checkIds: "all" as const,
  };
  for (const secret of [former, former, present]) await createChannel(db, keyringOf([secret]), channel);
  expect(await noteUnreadable(db, keyringOf([present]))).toMatch(
    /^2 channels were encrypted with another SECRET_KEY: no alert can be sent there/,
  );
  expect(await instanceProblems(db)).toEqual([await noteUnreadable(db, keyringOf([present]))]);
  expect(await noteUnreadable(db, keyringOf([present, former]))).toBeNull();
  expect(await instanceProblems(db)).toEqual([]);
});
