import { expect, test } from "vitest";

import { type CheckReliability, slotUptime, summariseReliability } from "./reliability.ts";

const NOTHING: CheckReliability = {
  onTime: 0,
  late: 0,
  failed: 0,
  missed: 0,
  maintenance: 0,
  outage: 0,
  downs: 0,
  acknowledged: 0,
  acknowledgeMs: null,
  recovered: 0,
  recoverMs: null,
  runs: 0,
  meanMs: null,
  longestMs: null,
};
const check = (given: Partial<CheckReliability>): CheckReliability => ({ ...NOTHING, ...given });

test("a slot that was met late was met", () => {
  expect(slotUptime(check({ onTime: 7, late: 1, failed: 1, missed: 1 }))).toBe(0.8);
});

test("what is excluded counts neither for nor against a check", () => {
  expect(slotUptime(check({ onTime: 1, missed: 1, maintenance: 90, outage: 8 }))).toBe(0.5);
});

test("where nothing was due there is no uptime", () => {
  expect(slotUptime(check({ maintenance: 3 }))).toBeNull();
  expect(summariseReliability([check({})])).toMatchObject({ checks: 1, uptime: null, longestMs: null });
});

test("each check counts the same, however often it is due", () => {
  const everyMinute = check({ onTime: 43_200 });
  const nightly = check({ missed: 30 });
  const unused = check({ outage: 4 });
  expect(summariseReliability([everyMinute, nightly, unused])).toMatchObject({
    checks: 3,
    uptime: 0.5,
    onTime: 43_200,
    missed: 30,
    outage: 4,
  });
});

test("the mean time to acknowledge and to recover is that over all incidents", () => {
  const often = check({ downs: 5, acknowledged: 3, acknowledgeMs: 60_000, recovered: 4, recoverMs: 600_000 });
  const once = check({ downs: 1, acknowledged: 1, acknowledgeMs: 180_000, recovered: 1, recoverMs: 100_000 });
  expect(summariseReliability([often, once, NOTHING])).toMatchObject({
    downs: 6,
    acknowledged: 4,
    acknowledgeMs: 90_000,
    recovered: 5,
    recoverMs: 500_000,
  });
});

test("the longest run is the longest of any check", () => {
  expect(summariseReliability([check({ longestMs: 5 }), check({ longestMs: 9 }), NOTHING]).longestMs).toBe(9);
});
