import { expect, test } from "vitest";

import { reasonText } from "./reason-text.ts";

const nothing = { exitStatus: null, durationMs: null, limitMs: null };

test.each([
  ["missed", nothing, "no ping came in time"],
  ["failed", nothing, "the job failed"],
  ["failed", { ...nothing, exitStatus: 2 }, "the job failed with exit status 2"],
  ["overlong", { ...nothing, limitMs: 600_000 }, "a run took longer than 10 min"],
  [
    "too-quick",
    { ...nothing, durationMs: 2_000, limitMs: 300_000 },
    "the run ended after 2 s, at least 5 min expected",
  ],
  [
    "overlong",
    { ...nothing, durationMs: 775_000, limitMs: 500_000, baseline: { medianMs: 250_000, runs: 20 } },
    "it took 12 min 55 s, 3.1 times the baseline of 4 min 10 s (last 20 runs)",
  ],
  [
    "too-quick",
    { ...nothing, durationMs: 20_000, limitMs: 60_000, baseline: { medianMs: 250_000, runs: 12 } },
    "it took 20 s, 8 % of the baseline of 4 min 10 s (last 12 runs)",
  ],
  ["too-quick", nothing, "the run ended too quickly"],
] as const)("the reason %s with %j reads: %s", (reason, evidence, text) => {
  expect(reasonText({ reason, evidence })).toBe(text);
});
