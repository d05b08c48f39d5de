import { describe, expect, test } from "vitest";

import type { OpenRun } from "../checks/memory.ts";
import { buildActivity, type StoredRun, type StoredSlot, upcomingSlots } from "./activity.ts";

const T = Date.parse("2026-11-20T02:00:00Z");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const run = (over: Partial<StoredRun> = {}): StoredRun => ({
  id: "r1",
  startedAt: T,
  endedAt: T + 4 * MINUTE,
  outcome: "success",
  overlong: false,
  exitStatus: 0,
  ...over,
});
const slot = (over: Partial<StoredSlot> = {}): StoredSlot => ({
  dueAt: T,
  outcome: "on-time",
  lateMs: 0,
  runId: "r1",
  ...over,
});
const anOpenRun = (startedAt: number): OpenRun => ({
  id: "open",
  rid: null,
  host: null,
  startedAt,
  deadlineAt: startedAt + DAY,
  limitFrom: startedAt,
  overlong: false,
  digest: null,
  slot: null,
});
const NOTHING_OPEN = { open: [], until: T + DAY };
const kinds = (slots: StoredSlot[], runs: StoredRun[]) => {
  const activity = buildActivity(slots, runs, NOTHING_OPEN);
  return [activity.slots.map(({ kind }) => kind), activity.runs.map(({ kind }) => kind)];
};

describe("what a check did in a span", () => {
  test("has a run in the colour of the slot that it settled", () => {
    expect(kinds([slot()], [run()])).toEqual([["on-time"], ["on-time"]]);
    expect(kinds([slot({ outcome: "late", lateMs: MINUTE })], [run()])).toEqual([["late"], ["late"]]);
    expect(kinds([slot({ outcome: "failed" })], [run({ outcome: "fail" })])).toEqual([
      ["failed"],
      ["failed"],
    ]);
    expect(kinds([slot()], [run({ overlong: true })])).toEqual([["overlong"], ["overlong"]]);
  });

  test("has runs that no slot stands for, and slots that no run came for", () => {
    const missed = slot({ outcome: "missed", runId: null, lateMs: null });
    expect(kinds([missed], [run({ id: "other", outcome: "lost" })])).toEqual([["missed"], ["lost"]]);
  });

  test("has a run that still goes on, unless it began after the span", () => {
    const open = [anOpenRun(T - MINUTE), anOpenRun(T + 2 * DAY)];
    const { runs } = buildActivity([], [run()], { open, until: T + DAY });
    expect(runs.map(({ startedAt, endedAt, kind }) => [startedAt, endedAt, kind])).toEqual([
      [T - MINUTE, null, "running"],
      [T, T + 4 * MINUTE, "on-time"],
    ]);
  });
});

describe("the times at which a check will be due", () => {
  const NIGHTLY = { kind: "cron", expression: "0 2 * * *", timezone: "UTC" } as const;
  const HOURLY = { kind: "interval", everySeconds: 3_600 } as const;
  const days = (from: number, until: number) => ({ from: T + from * DAY, until: T + until * DAY });

  test("are those of its schedule from the expected one on", () => {
    const due = upcomingSlots({ schedule: NIGHTLY, expectedAt: T }, days(-3, 3), { now: T - 1, limit: 9 });
    expect(due).toEqual({ times: [T, T + DAY, T + 2 * DAY], isCut: false });
  });

  test("begin with the expected time that has passed, while the check still waits for it", () => {
    const late = { now: T + 5 * MINUTE, limit: 9 };
    expect(upcomingSlots({ schedule: NIGHTLY, expectedAt: T }, days(-1, 1), late).times).toEqual([T]);
  });

  test("of an interval follow the expected one by its length, also far ahead", () => {
    const hour = 60 * MINUTE;
    const expected = { schedule: HOURLY, expectedAt: T + 10 * MINUTE };
    const ahead = { from: T + 100 * DAY, until: T + 100 * DAY + 2 * hour };
    expect(upcomingSlots(expected, ahead, { now: T, limit: 9 }).times).toEqual([
      ahead.from + 10 * MINUTE,
      ahead.from + 70 * MINUTE,
    ]);
  });

  test("are cut after so many, and none for a check that waits for nothing", () => {
    const many = upcomingSlots({ schedule: HOURLY, expectedAt: T }, days(0, 30), { now: T, limit: 3 });
    expect(many).toEqual({ times: [T, T + DAY / 24, T + DAY / 12], isCut: true });
    const paused = upcomingSlots({ schedule: HOURLY, expectedAt: null }, days(0, 1), { now: T, limit: 3 });
    expect(paused.times).toEqual([]);
  });
});
