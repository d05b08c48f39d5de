import { expect, test } from "vitest";

import { signInDelayMs, SignInTurns } from "./limits.ts";

test("three wrong passwords are free, then each wait doubles, to 15 seconds", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map((failed) => signInDelayMs(failed) / 1_000);
  expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
});

test("attempts that come at once wait as long as those that come one by one, and no other network waits with them", () => {
  const turns = new SignInTurns();
  const waits = [1_000, 2_000, 4_000].map((delayMs) => turns.take("ada 192.0.2.7", { delayMs, now: 0 }));
  expect(waits).toEqual([1_000, 3_000, 7_000]);
  expect(turns.take("ada 198.51.100.1", { delayMs: 4_000, now: 0 })).toBe(4_000);
  expect(turns.take("ada 192.0.2.7", { delayMs: 0, now: 0 })).toBe(0);
});
