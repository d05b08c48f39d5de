import { expect, test } from "vitest";

import { durationText, secondsInWords } from "./duration.ts";

test.each([
  [0, "0 ms"],
  [340, "340 ms"],
  [1_000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [250_000, "4 min 10 s"],
  [3_600_000, "1 h"],
  [3_601_000, "1 h"],
  [5_400_000, "1 h 30 min"],
  [86_400_000 * 2 + 3 * 3_600_000 + 59_000, "2 d 3 h"],
  [-5, "0 ms"],
])("%i ms reads as %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [60, "1 minute"],
  [300, "5 minutes"],
  [5_400, "1 hour 30 minutes"],
  [86_400, "1 day"],
])("%i seconds in words: %s", (seconds, words) => {
  expect(secondsInWords(seconds)).toBe(words);
});
