import { expect, test } from "vitest";

import { backoffMs } from "./backoff.ts";

test.each([
  [1, 0, 500],
  [1, 1, 1_000],
  [4, 1, 8_000],
  [6, 1, 30_000],
  [1_000, 0, 15_000],
])("try %i with chance %f waits %i ms", (attempt, chance, ms) => {
  expect(backoffMs(attempt, chance)).toBe(ms);
});
