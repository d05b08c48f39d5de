import { expect, test } from "vitest";

import { spanOf, spanSeconds } from "./span.ts";

test.each([
  [60, { amount: 1, unit: "minutes" }],
  [90, { amount: 90, unit: "seconds" }],
  [3_600, { amount: 1, unit: "hours" }],
  [5_400, { amount: 90, unit: "minutes" }],
  [86_400, { amount: 1, unit: "days" }],
  [172_800, { amount: 2, unit: "days" }],
  [0, { amount: 0, unit: "seconds" }],
] as const)("%i s are typed as %j, and read back", (seconds, span) => {
  expect(spanOf(seconds)).toEqual(span);
  expect(spanSeconds(span)).toBe(seconds);
});

test("no amount is no span", () => {
  expect(spanSeconds({ amount: "", unit: "hours" })).toBeNull();
});

test("a fraction comes down to whole seconds", () => {
  expect(spanSeconds({ amount: 1.5, unit: "hours" })).toBe(5_400);
});
