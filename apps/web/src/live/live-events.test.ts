import { expect, test } from "vitest";

import { backoffMs, parseEvent, refreshOf } from "./live-events.ts";

test("many events of one check ask for it once", () => {
  const events = Array.from({ length: 100 }, () => ({ checkId: "a" }));
  expect(refreshOf(events)).toEqual({ checkIds: ["a"], everything: false });
});

test("an event that names no check asks for everything", () => {
  expect(refreshOf([{ checkId: "a" }, { checkId: null }]).everything).toBe(true);
});

test("a storm over many checks reads the list, not each of them", () => {
  const events = Array.from({ length: 13 }, (_, n) => ({ checkId: `c${n}` }));
  expect(refreshOf(events).everything).toBe(true);
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
])("try %i with chance %f waits %i ms", (attempt, chance, ms) => {
  expect(backoffMs(attempt, chance)).toBe(ms);
});
