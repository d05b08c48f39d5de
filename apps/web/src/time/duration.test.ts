import { expect, test } from "vitest";

import { relativeText, roughText, toSpan, spanToSeconds } from "./duration.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

test.each([
  ["2026-11-20T11:59:57Z", "just now"],
  ["2026-11-20T11:59:30Z", "30 s ago"],
  ["2026-11-20T11:56:10Z", "3 min ago"],
  ["2026-11-20T09:55:00Z", "2 h 5 min ago"],
  ["2026-11-18T11:00:00Z", "2 d 1 h ago"],
  ["2026-11-20T12:00:42Z", "in 42 s"],
  ["2026-11-20T14:05:00Z", "in 2 h 5 min"],
])("%s is %s", (at, text) => {
  expect(relativeText(Date.parse(at), NOW)).toBe(text);
});

test.each([
  [60, { amount: 1, unit: "minutes" }],
  [90, { amount: 90, unit: "seconds" }],
  [3_600, { amount: 1, unit: "hours" }],
  [5_400, { amount: 90, unit: "minutes" }],
  [86_400, { amount: 1, unit: "days" }],
  [172_800, { amount: 2, unit: "days" }],
  [0, { amount: 0, unit: "seconds" }],
] as const)("%i s are typed as %j, and are read back unchanged", (seconds, span) => {
  expect(toSpan(seconds)).toEqual(span);
  expect(spanToSeconds(span)).toBe(seconds);
});

test("a span without an amount has no seconds", () => {
  expect(spanToSeconds({ amount: "", unit: "hours" })).toBeNull();
});

test("a fraction is rounded to whole seconds", () => {
  expect(spanToSeconds({ amount: 1.5, unit: "hours" })).toBe(5_400);
});

test.each([
  [24_480_000, "6 h"],
  [59_000, "59 s"],
  [1_140_000, "19 min"],
  [200_000_000, "2 d"],
])("%i ms is roughly %s", (ms, text) => {
  expect(roughText(ms)).toBe(text);
});
