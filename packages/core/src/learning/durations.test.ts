import { expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import { baselineOf, type DurationSample, findOutlier } from "./durations.ts";

const MONDAY = Date.UTC(2026, 10, 16, 2);
const DAY = 24 * HOUR_MS;
const USUAL = 250 * SECOND_MS;

function daily(count: number, durationMs: (index: number) => number): DurationSample[] {
  return Array.from({ length: count }, (_, index) => ({
    startedAt: MONDAY - (count - index) * DAY,
    durationMs: durationMs(index),
  }));
}

function ask(samples: DurationSample[], since: number | null = null) {
  return baselineOf({ samples, at: MONDAY, timezone: "UTC", since });
}

test("nine runs are too few to say what is usual", () => {
  expect(ask(daily(9, () => USUAL))).toBeNull();
  expect(ask(daily(10, () => USUAL))).toMatchObject({ medianMs: USUAL, samples: 10, of: "all" });
});

test.each([
  ["as usual", USUAL, null],
  ["a fifth longer", USUAL * 1.2, null],
  ["three times", 775 * SECOND_MS, "3.1 times its usual 4 min 10 s, the last 40 runs"],
  ["almost nothing", 2 * SECOND_MS, "2 s instead of its usual 4 min 10 s, the last 40 runs"],
])("%s", (_, durationMs, sentence) => {
  const baseline = ask(daily(40, (index) => USUAL + ((index % 5) - 2) * SECOND_MS));
  expect(baseline && findOutlier(baseline, durationMs)?.sentence).toBe(sentence ?? undefined);
});

test("runs that vary a lot are allowed to", () => {
  const baseline = ask(daily(40, (index) => (1 + (index % 10)) * MINUTE_MS));
  expect(baseline && findOutlier(baseline, 15 * MINUTE_MS)).toBeNull();
  expect(baseline && findOutlier(baseline, 30 * SECOND_MS)).toBeNull();
});

test("a single outlier does not change what is usual", () => {
  expect(ask(daily(20, (index) => (index === 12 ? 40 * USUAL : USUAL)))?.medianMs).toBe(USUAL);
});

test("the hour of the week counts once it has ten runs of its own", () => {
  const mondayIsLong = (index: number) => ((110 - index) % 7 === 0 ? 10 * USUAL : USUAL);
  const baseline = ask(daily(110, mondayIsLong));
  expect(baseline).toMatchObject({ of: "weekday-hour", medianMs: 10 * USUAL });
  expect(baseline && findOutlier(baseline, 10 * USUAL)).toBeNull();
});

test("“this is normal now” forgets what was before", () => {
  const samples = daily(40, (index) => (index < 30 ? USUAL : 10 * USUAL));
  expect(ask(samples, MONDAY - 10 * DAY)).toMatchObject({ medianMs: 10 * USUAL, samples: 10 });
  expect(ask(samples, MONDAY - 9 * DAY)).toBeNull();
});
