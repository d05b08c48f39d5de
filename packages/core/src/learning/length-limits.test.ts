import { describe, expect, test } from "vitest";
import { MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import { randomFrom } from "../../../simulator/src/random.ts";
import { findOutlier, baselineOfDurations } from "./durations.ts";

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
