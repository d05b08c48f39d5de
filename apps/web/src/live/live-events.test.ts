import { expect, test } from "vitest";

import { backoffMs, parseEvent, planRefresh } from "./live-events.ts";

test("many events of one check read it once", () => {
  const events = Array.from({ length: 100 }, () => ({ checkId: "a" }));
  expect(planRefresh(events)).toEqual({ checkIds: ["a"], everything: false });
});

test("an event without a check reads the whole project again", () => {
  expect(planRefresh([{ checkId: "a" }, { checkId: null }]).everything).toBe(true);
});

test("events of many checks read the list instead of each check", () => {
  const events = Array.from({ length: 51 }, (_, n) => ({ checkId: `c${n}` }));
  expect(planRefresh(events).everything).toBe(true);
});

test.each([
  ['{"checkId":"c"}', { checkId: "c" }],
  ['{"checkId":null}', { checkId: null }],
  ["", null],
  ["ping", null],
  ["null", null],
  ["{}", null],
  ['{"checkId":7}', null],
])("the event %j is read as %j", (data, event) => {
  expect(parseEvent(data)).toEqual(event);
});

test.each([
  [1, 0, 500],
  [1, 1, 1_000],
  [4, 1, 8_000],
  [6, 1, 30_000],
  [1_000, 0, 15_000],
])("attempt %i with chance %f waits %i ms", (attempt, chance, ms) => {
  expect(backoffMs(attempt, chance)).toBe(ms);
});
