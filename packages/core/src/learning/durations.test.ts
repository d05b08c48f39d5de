import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../simulator/src/random.ts";
import { baselineOf, baselineOfDurations, type DurationSample, findOutlier } from "./durations.ts";

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

const HISTORIES = 200;
const RUNS = 60;

type Job = (run: number, random: () => number) => number;

/** A run of a minute, give or take a factor: `spread` is the standard deviation of its logarithm. */
const varying =
  (spread: number): Job =>
  (_, random) =>
    MINUTE_MS * Math.exp(spread * normal(random));

const everySeventh =
  (times: number, spread: number): Job =>
  (run, random) =>
    (run % 7 === 6 ? times : 1) * varying(spread)(run, random);

describe("a run that ended too soon or too late by a factor", () => {
  test.each([
    ["a tenth of the usual", 0.02, 0.1, 1],
    ["a tenth of the usual, where runs vary by a third", 0.3, 0.1, 0.995],
    ["a third, where runs hardly vary", 0.05, 1 / 3, 1],
    ["five times the usual, where runs vary by a third", 0.3, 5, 1],
    ["twice the usual, where runs hardly vary", 0.05, 2, 1],
  ])("is an outlier: %s", (_, spread, times, share) => {
    const outliers = histories(varying(spread)).filter((durations) =>
      isOutlier(durations, times * MINUTE_MS),
    );
    expect(outliers.length / HISTORIES).toBeGreaterThanOrEqual(share);
  });

  test("a tenth of the usual is an outlier where every seventh run takes ten times as long", () => {
    const outliers = histories(everySeventh(10, 0.1)).filter((durations) =>
      isOutlier(durations, 6 * SECOND_MS),
    );
    expect(outliers).toHaveLength(HISTORIES);
  });
});

describe("of runs that ended as they always do, hardly one is an outlier", () => {
  test.each<[string, Job, number]>([
    ["where they do not vary", () => MINUTE_MS, 0],
    ["where they vary by the second", (_, random) => 2 * SECOND_MS + 3 * SECOND_MS * random(), 0],
    ["where they vary by a third", varying(0.3), 0.002],
    ["where they vary by nearly a factor of two", varying(0.6), 0.002],
    ["where they vary by a factor of nearly three", varying(1), 0.01],
    ["where every seventh takes ten times as long", everySeventh(10, 0.05), 0],
    ["where every seventh takes ten times as long, more or less", everySeventh(10, 0.3), 0.01],
    ["where every seventh takes ten times as long, and all vary much", everySeventh(10, 0.6), 0.01],
  ])("%s", (_, job, share) => {
    const outliers = histories(job).flatMap((durations) =>
      durations.filter((durationMs, run) => isOutlier(durations.slice(0, run), durationMs)),
    );
    expect(outliers.length / (HISTORIES * (RUNS - 10))).toBeLessThanOrEqual(share);
  });
});

test("a second usual length of quick runs is learned after two of them", () => {
  const slow = Array<number>(20).fill(MINUTE_MS);
  expect(isOutlier([...slow, SECOND_MS], SECOND_MS)).toBe(true);
  expect(isOutlier([...slow, SECOND_MS, SECOND_MS], SECOND_MS)).toBe(false);
});

test("a job that takes no time that could be measured has a usual length too", () => {
  expect(baselineOfDurations(Array<number>(10).fill(0))).toMatchObject({ overlongMs: 3 * SECOND_MS + 1 });
});

function isOutlier(durations: readonly number[], durationMs: number): boolean {
  const usual = baselineOfDurations(durations);
  return usual !== null && findOutlier(usual, durationMs) !== null;
}

function histories(job: Job): number[][] {
  const random = randomFrom("lengths").unit;
  return Array.from({ length: HISTORIES }, () => Array.from({ length: RUNS }, (_, run) => job(run, random)));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
