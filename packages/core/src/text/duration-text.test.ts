import { expect, test } from "vitest";

import { durationText, secondsInWords } from "./duration-text.ts";

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [340, "340 ms"],
  [999.7, "1 s"],
  [1_000, "1 s"],
  [59_600, "1 min"],
  [60_000, "1 min"],
  [250_000, "4 min 10 s"],
  [3_599_900, "1 h"],
  [3_601_000, "1 h"],
  [5_400_000, "1 h 30 min"],
  [86_399_000, "1 d"],
  [183_600_000, "2 d 3 h"],
  [900 * 86_400_000, "900 d"],
])("%d ms are “%s”", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [60, "1 minute"],
  [300, "5 minutes"],
  [5_400, "1 hour 30 minutes"],
  [86_400, "1 day"],
])("%d seconds are “%s” in whole words", (seconds, words) => {
  expect(secondsInWords(seconds)).toBe(words);
});
