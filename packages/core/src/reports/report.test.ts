import { describe, expect, test } from "vitest";

import { type CheckRecord, reportOf, type ReportSources, type RunSums, type SlotSums } from "./report.ts";

const HOUR = 3_600_000;
const span = { from: 168 * HOUR, until: 336 * HOUR };
const before = { from: 0, until: 168 * HOUR };
const NO_SLOTS: SlotSums = { onTime: 0, late: 0, missed: 0, failed: 0, excluded: 0, lateMostMs: null };
const NO_RUNS: RunSums = { meanMs: null, longestMs: null };

function check(name: string, of: Partial<CheckRecord> = {}): CheckRecord {
  return {
    id: `id of ${name}`,
    name,
    createdAt: -HOUR,
    status: "up",
    lastPingAt: 335 * HOUR,
    pausedAt: null,
    line: { first: "up", changes: [] },
    slots: { now: NO_SLOTS, before: NO_SLOTS },
    runs: { now: NO_RUNS, before: NO_RUNS },
    maintenance: [],
    ...of,
  };
}

function report(checks: readonly CheckRecord[], of: Partial<ReportSources> = {}) {
  return reportOf({ span, before, checks, outages: [], open: [], broken: [], ...of });
}

const names = (few: { first: readonly { name: string }[] }) => few.first.map(({ name }) => name);

test("uptime is the share of the time that counts, over all checks", () => {
  const down = check("a", {
    line: {
      first: "up",
      changes: [
        { at: 170 * HOUR, to: "down" },
        { at: 180 * HOUR, to: "up" },
      ],
    },
  });
  const { uptime, downs } = report([down, check("b")]);
  expect(uptime).toEqual({ now: 1 - 10 / 336, before: 1 });
  expect(downs).toEqual({ now: 1, before: 0 });
});

test("a project whose checks were all paused has no uptime, rather than a perfect one", () => {
  const { uptime, paused } = report([
    check("a", { status: "paused", line: { first: "paused", changes: [] } }),
  ]);
  expect(uptime).toEqual({ now: null, before: null });
  expect(paused.total).toBe(1);
});

test("what was before a check was made does not count", () => {
  const made = check("a", {
    createdAt: 326 * HOUR,
    line: { first: "up", changes: [{ at: 331 * HOUR, to: "down" }] },
  });
  expect(report([made]).uptime).toEqual({ now: 0.5, before: null });
});

test("what does not count is named", () => {
  const checks = [
    check("a", { maintenance: [{ from: 200 * HOUR, until: 201 * HOUR }] }),
    check("b", { line: { first: "up", changes: [{ at: 300 * HOUR, to: "paused" }] } }),
  ];
  const outages = [{ from: 167 * HOUR, until: 169 * HOUR }];
  expect(report(checks, { outages }).leftOut).toEqual({
    pausedChecks: 1,
    maintenanceChecks: 1,
    outageMs: HOUR,
  });
});

test("slots are summed, beside those of the span before", () => {
  const slots = {
    now: { ...NO_SLOTS, onTime: 5, late: 2, missed: 1, failed: 3, excluded: 4, lateMostMs: 9 },
    before: { ...NO_SLOTS, onTime: 7, missed: 2 },
  };
  expect(report([check("a", { slots }), check("b", { slots })])).toMatchObject({
    onTime: { now: 10, before: 14 },
    late: { now: 4, before: 0 },
    missed: { now: 2, before: 4 },
    failed: { now: 6, before: 0 },
    excluded: { now: 8, before: 0 },
  });
});

test("the worst is who was down longest, and five are named of however many", () => {
  const checks = [1, 2, 3, 4, 5, 6, 7].map((hours) =>
    check(`down ${hours} h`, {
      line: { first: "up", changes: [{ at: (336 - hours) * HOUR, to: "down" }] },
      status: "down",
    }),
  );
  const { worst } = report([check("fine"), ...checks]);
  expect(worst.total).toBe(7);
  expect(names(worst)).toEqual(["down 7 h", "down 6 h", "down 5 h", "down 4 h", "down 3 h"]);
  expect(worst.first[0]).toMatchObject({ downMs: 7 * HOUR, downs: 1, uptime: 1 - 7 / 168 });
});

test("the slowest run stands beside what was usual before", () => {
  const runs = (longestMs: number, meanMs: number | null) => ({
    now: { longestMs, meanMs: 1 },
    before: { ...NO_RUNS, meanMs },
  });
  const { slowest } = report([
    check("short", { runs: runs(1_000, 900) }),
    check("long", { runs: runs(9_000, null) }),
    check("untimed"),
  ]);
  expect(slowest.first).toEqual([
    { checkId: "id of long", name: "long", longestMs: 9_000, usualMs: null },
    { checkId: "id of short", name: "short", longestMs: 1_000, usualMs: 900 },
  ]);
});

describe("who was not heard from", () => {
  test.each<[string, Partial<CheckRecord>, "neverRan" | "silent" | "paused" | null]>([
    ["never at all", { status: "new", lastPingAt: null }, "neverRan"],
    ["never at all, and down for it", { status: "down", lastPingAt: null }, "neverRan"],
    ["not in all the span", { status: "down", lastPingAt: 167 * HOUR }, "silent"],
    ["at its very beginning", { lastPingAt: 168 * HOUR }, null],
    ["paused, and never heard from", { status: "paused", lastPingAt: null }, "paused"],
    ["paused since long ago", { status: "paused", lastPingAt: 5 }, "paused"],
  ])("%s", (_, of, list) => {
    const found = report([check("a", of)]);
    const lists = (["neverRan", "silent", "paused"] as const).filter((name) => found[name].total > 0);
    expect(lists).toEqual(list === null ? [] : [list]);
  });
});

test("who was late stands in order of how often", () => {
  const late = (count: number, lateMostMs: number) => ({
    now: { ...NO_SLOTS, late: count, lateMostMs },
    before: NO_SLOTS,
  });
  const { latest } = report([check("once", { slots: late(1, 90) }), check("often", { slots: late(3, 5) })]);
  expect(latest.first.map(({ name, lateMostMs }) => [name, lateMostMs])).toEqual([
    ["often", 5],
    ["once", 90],
  ]);
});
