import { randomUUID } from "node:crypto";

import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { incidents, runs, slots } from "../schema/index.ts";
import { readReliability } from "./find-report.ts";

const { pool, drop } = await testDatabase();
const db = openDb(pool);
afterAll(drop);

const at = (iso: string) => new Date(`${iso}Z`);
const span = { from: at("2026-11-01T00:00").getTime(), until: at("2026-12-01T00:00").getTime() };
type Outcome = typeof slots.$inferSelect.outcome;

async function aStory() {
  const { projectId } = await aProject(pool);
  const { id: checkId } = await aCheck(pool, { projectId, details: { name: "sync" } });
  const of = { projectId, checkId };
  const slot = async (outcome: Outcome, due: string, because: "maintenance" | "overlap" | null = null) => {
    await db.insert(slots).values({ ...of, dueAt: at(due), decidedAt: at(due), outcome, because });
  };
  const run = async (endedAt: string | null, durationMs: number | null) => {
    const heardAt = at(endedAt ?? "2026-11-05T00:00");
    const outcome = endedAt === null ? ("running" as const) : ("success" as const);
    await db.insert(runs).values({
      ...of,
      id: randomUUID(),
      heardAt,
      endedAt: endedAt === null ? null : heardAt,
      durationMs,
      outcome,
    });
  };
  let deadlineSeq = 0;
  const incident = async (opened: string, acknowledged: string | null, resolved: string | null) => {
    deadlineSeq += 1;
    await db.insert(incidents).values({
      ...of,
      deadlineSeq,
      reason: "missed",
      evidence: { reason: "missed" } as never,
      openedAt: at(opened),
      acknowledgedAt: acknowledged === null ? null : at(acknowledged),
      resolvedAt: resolved === null ? null : at(resolved),
    });
  };
  const read = async () => (await readReliability(db, { projectId, span }))[0];
  return { slot, run, incident, read };
}

test("slots count in the span in which they were due, and excluded ones by their cause", async () => {
  const { slot, read } = await aStory();
  await slot("missed", "2026-10-31T23:59");
  await slot("on-time", "2026-11-01T00:00");
  await slot("early", "2026-11-02T00:00");
  await slot("late", "2026-11-03T00:00");
  await slot("failed", "2026-11-04T00:00");
  await slot("missed", "2026-11-05T00:00", "overlap");
  await slot("excluded", "2026-11-06T00:00", "maintenance");
  await slot("excluded", "2026-11-07T00:00");
  await slot("missed", "2026-12-01T00:00");
  expect(await read()).toMatchObject({
    name: "sync",
    onTime: 2,
    late: 1,
    failed: 1,
    missed: 1,
    maintenance: 1,
    outage: 1,
  });
});

test("only runs that ended and were timed say how long a run takes", async () => {
  const { run, read } = await aStory();
  await run("2026-11-02T00:00", 1_000);
  await run("2026-11-03T00:00", 3_000);
  await run("2026-11-04T00:00", null);
  await run(null, null);
  await run("2026-12-02T00:00", 90_000);
  expect(await read()).toMatchObject({ runs: 2, meanMs: 2_000, longestMs: 3_000 });
});

test("means are over the incidents that were acknowledged, and those that are over", async () => {
  const { incident, read } = await aStory();
  await incident("2026-10-30T00:00", "2026-11-02T00:00", "2026-11-03T00:00");
  await incident("2026-11-05T00:00", "2026-11-05T00:10", "2026-11-05T02:00");
  await incident("2026-11-06T00:00", null, "2026-11-06T01:00");
  await incident("2026-11-07T00:00", null, null);
  expect(await read()).toMatchObject({
    downs: 3,
    acknowledged: 1,
    acknowledgeMs: 600_000,
    recovered: 2,
    recoverMs: 90 * 60_000,
  });
});

test("a check without any history has zeros and no means", async () => {
  const { read } = await aStory();
  expect(await read()).toMatchObject({
    onTime: 0,
    outage: 0,
    downs: 0,
    acknowledgeMs: null,
    recoverMs: null,
    runs: 0,
    meanMs: null,
    longestMs: null,
  });
});
