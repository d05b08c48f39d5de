import { expect, test } from "vitest";

import { nextRestart } from "./child.ts";

/** The delays, in seconds, between these ends of one program. */
function delays(ends: readonly { livedMs: number; hadStarted: boolean }[]): number[] {
  let attempts = 0;
  return ends.map((end) => {
    const next = nextRestart(attempts, end);
    attempts = next.attempts;
    return next.delayMs / 1_000;
  });
}

test("a program that is killed again and again after it has started is never away for more than two seconds", () => {
  expect(delays(Array.from({ length: 8 }, () => ({ livedMs: 4_000, hadStarted: true })))).toEqual([
    0.5, 1, 2, 2, 2, 2, 2, 2,
  ]);
});

test("a program that ran for ten seconds is started again at once, however often that happens", () => {
  expect(delays(Array.from({ length: 5 }, () => ({ livedMs: 11_000, hadStarted: true })))).toEqual([
    0.25, 0.25, 0.25, 0.25, 0.25,
  ]);
});

test("a program that never comes to run is tried every half minute in the end", () => {
  expect(delays(Array.from({ length: 9 }, () => ({ livedMs: 800, hadStarted: false })))).toEqual([
    0.5, 1, 2, 4, 8, 16, 30, 30, 30,
  ]);
});
