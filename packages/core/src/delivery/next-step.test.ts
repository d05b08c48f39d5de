import { HOUR_MS } from "@overdue/schedules";
import { describe, expect, test } from "vitest";

import { type AttemptHistory, type AttemptResult, decideNextStep, weighRefusal } from "./next-step.ts";

const failed: AttemptResult = { outcome: "transient", because: "oops", uncertain: false, statusCode: 500 };

test.each([
  [0, 5_000],
  [1, 15_000],
  [2, 45_000],
  [3, 120_000],
  [4, 300_000],
  [5, 600_000],
  [6, 1_200_000],
  [7, 2_400_000],
  [8, HOUR_MS],
  [20, HOUR_MS],
])("after %i failures the next attempt comes in %i ms", (failures, retryInMs) => {
  expect(step(failed, { failures })).toMatchObject({ state: "retry", retryInMs });
});

test.each([
  [0, 4_000],
  [0.5, 5_000],
  [1, 6_000],
])("with the random number %d, the first retry comes in %i ms", (chance, retryInMs) => {
  expect(decideNextStep(failed, history({}), { kind: "down", chance })).toMatchObject({ retryInMs });
});

test("a time that the provider names is kept exactly, and is no failure", () => {
  const postponed: AttemptResult = {
    outcome: "throttled",
    retryAfterMs: 7_000,
    because: "later",
    statusCode: 503,
  };
  expect(step(postponed, { failures: 6 })).toMatchObject({
    state: "retry",
    retryInMs: 7_000,
    statusCode: 429,
  });
});

describe("a limit without a time", () => {
  const limited: AttemptResult = {
    outcome: "throttled",
    retryAfterMs: null,
    because: "too many",
    statusCode: 429,
  };

  test("makes the channel wait longer each time, up to an hour", () => {
    const waits = [0, 1, 2, 3, 8, 20].map((circuitStep) => step(limited, { circuitStep }).retryInMs / 1_000);
    expect(waits).toEqual([15, 30, 60, 120, 3_600, 3_600]);
  });

  test("costs one alert 30 tries at the most, and fewer on a day", () => {
    let [ageMs, attempt] = [0, 0];
    let last;
    do {
      attempt += 1;
      last = decideNextStep(limited, history({ attempt, ageMs }), { kind: "down", chance: 0 });
      ageMs += last.retryInMs;
    } while (last.state === "retry");
    expect(attempt).toBeLessThanOrEqual(30);
    expect(ageMs).toBeGreaterThan(15 * HOUR_MS);
  });

  test("that lasts is sent by another channel meanwhile", () => {
    expect(step(limited, { circuitStep: 3 })).toMatchObject({ limit: "unnamed", needsFallback: false });
    expect(step(limited, { circuitStep: 5 })).toMatchObject({ limit: "unnamed", needsFallback: true });
  });

  test("is not asked each second by a provider that names a second each time", () => {
    const second: AttemptResult = {
      outcome: "throttled",
      retryAfterMs: 1_000,
      because: "too many",
      statusCode: 429,
    };
    expect(step(second, { attempt: 5 })).toMatchObject({ retryInMs: 1_000, limit: "named" });
    expect(step(second, { attempt: 10 })).toMatchObject({ retryInMs: 240_000, needsFallback: true });
    expect(step(second, { attempt: 30 })).toMatchObject({ state: "failed" });
  });
});

test("a pause that a server asks for is kept, beside its own place in the order of retries", () => {
  const pause = (notBeforeMs: number): AttemptResult => ({
    outcome: "transient",
    because: "restarting",
    uncertain: false,
    notBeforeMs,
    statusCode: 503,
  });
  expect(step(pause(20_000))).toMatchObject({ retryInMs: 20_000, statusCode: 503 });
  expect(step(pause(20_000), { failures: 3 })).toMatchObject({ retryInMs: 120_000 });
});

test.each([
  ["unavailable", 900_000, null],
  ["operator", 5_000, "operator"],
  ["doubtful", 5_000, "unsure"],
] as const)("what is %s is tried again, and sent elsewhere at once", (outcome, retryInMs, blames) => {
  const refused: AttemptResult = { outcome, because: "no", statusCode: 554 };
  expect(step(refused)).toMatchObject({
    state: "retry",
    retryInMs,
    blames,
    needsFallback: true,
    isBlameless: true,
    channelBrokenBecause: null,
  });
});

test("a mail server that restarts is nobody's problem for some minutes", () => {
  const away: AttemptResult = { outcome: "operator", because: "away", mayPass: true, statusCode: null };
  expect(step(away, { failures: 3 })).toMatchObject({
    needsFallback: false,
    blames: null,
    isBlameless: true,
  });
  expect(step(away, { failures: 4 })).toMatchObject({ needsFallback: true, blames: "operator" });
});

test("what the operator has to mend is tried every ten minutes at the least", () => {
  const refused: AttemptResult = { outcome: "operator", because: "no", statusCode: 554 };
  expect(step(refused, { failures: 20 })).toMatchObject({ retryInMs: 600_000 });
});

test("a permanent error ends it and names why the channel is broken", () => {
  const gone: AttemptResult = { outcome: "permanent", because: "no_service", statusCode: 404 };
  expect(step(gone)).toMatchObject({ state: "failed", channelBrokenBecause: "no_service" });
});

test("a chat that moved is tried again at once, once", () => {
  const moved: AttemptResult = { outcome: "moved", settings: {}, because: "moved", statusCode: 400 };
  expect(step(moved)).toMatchObject({ state: "retry", retryInMs: 0 });
  expect(step(moved, { failures: 1 })).toMatchObject({ state: "retry", retryInMs: 15_000 });
});

test("what may have arrived is remembered as uncertain", () => {
  const unknown: AttemptResult = {
    outcome: "transient",
    because: "broke",
    uncertain: true,
    statusCode: null,
  };
  expect(step(unknown)).toMatchObject({ uncertain: true });
});

describe("what our own rules forbid", () => {
  const forbidden: AttemptResult = {
    outcome: "transient",
    because: "private",
    uncertain: false,
    lasts: true,
    statusCode: null,
  };

  test("is not retried in a test, whose result a person waits for, and leaves the channel unbroken", () => {
    expect(decideNextStep(forbidden, history({}), { kind: "test", chance: 0.5 })).toMatchObject({
      state: "failed",
      channelBrokenBecause: null,
    });
  });

  test("sends an alert to the fallback at once, and is retried in case the operator allows it", () => {
    expect(step(forbidden)).toMatchObject({ state: "retry", retryInMs: 5_000, needsFallback: true });
  });
});

describe("a delivery is given up at an age that depends on its kind", () => {
  test.each([
    ["an alert", "down" as const, 22 * HOUR_MS, "retry"],
    ["an alert", "down" as const, 23.5 * HOUR_MS, "failed"],
    ["a test", "test" as const, 20_000, "failed"],
    ["a line about a run", "run" as const, 0.5 * HOUR_MS, "retry"],
    ["a line about a run", "run" as const, 0.9 * HOUR_MS, "failed"],
  ])("%s (%s) that is %d ms old is in state %s", (_, kind, ageMs, state) => {
    expect(
      decideNextStep(failed, history({ failures: { test: 2, run: 5, down: 9 }[kind], ageMs }), {
        kind,
        chance: 0.5,
      }),
    ).toMatchObject({
      state,
      channelBrokenBecause: null,
    });
  });
});

describe("a refusal that blames nobody for certain", () => {
  const doubtful = step({ outcome: "doubtful", because: "550 no", statusCode: 550 });

  test.each([
    [
      "others are refused, too: the mail server is at fault",
      false,
      true,
      { state: "retry", blames: "operator" },
    ],
    [
      "others of its domain are taken: the address is at fault",
      true,
      false,
      { state: "failed", blames: null, channelBrokenBecause: "550 no" },
    ],
    ["nothing is known of others: it is tried again", false, false, { state: "retry", blames: "unsure" }],
  ])("%s", (_, sameDomainTakes, othersRefused, expected) => {
    expect(weighRefusal(doubtful, { sameDomainTakes, othersRefused })).toMatchObject(expected);
  });
});

function step(result: AttemptResult, change: Partial<AttemptHistory> = {}) {
  return decideNextStep(result, history(change), { kind: "down", chance: 0.5 });
}

function history(change: Partial<AttemptHistory>): AttemptHistory {
  return { attempt: 1, failures: 0, ageMs: 0, circuitStep: 0, ...change };
}
