import { expect, test } from "vitest";

import {
  type LimitedMetric,
  metricColumns,
  metricItemText,
  metricLead,
  metricRange,
  newestProblems,
} from "./metric-data.ts";

const limit = { metric: "bytes", min: 1, max: null, required: true, outliers: "note" } as const;

/** A metric with these values, a day apart; a negative one failed. */
function metric(values: readonly number[], more: Partial<LimitedMetric> = {}): LimitedMetric {
  const items = values.map((value, day) => ({
    at: new Date(Date.UTC(2026, 10, 1 + day)).toISOString(),
    value,
    outcome: value < 1 ? ("fail" as const) : ("success" as const),
  }));
  return { metric: "bytes", usual: null, items, limit: undefined, ...more };
}
const usual = { median: 100, low: 60, high: 150, runs: 40 };

test("each value is good or failed, and an outlier is marked besides", () => {
  const [at, good, failed, outliers, low, high, min, max] = metricColumns(
    metric([100, 0, 400], { usual, limit }),
  );
  expect(at).toHaveLength(3);
  expect({ good, failed, outliers }).toEqual({
    good: [100, null, 400],
    failed: [null, 0, null],
    outliers: [null, null, 400],
  });
  expect({ low: low[0], high: high[0], min: min[0], max: max[0] }).toEqual({
    low: 60,
    high: 150,
    min: 1,
    max: null,
  });
});

test.each<[string, number[], number | null, [number, number]]>([
  ["from zero to a little above the highest", [5, 10], null, [0, 11]],
  ["with a limit that is near", [5, 10], 18, [0, 19.8]],
  ["without one that would press the values flat", [5, 10], 1_000, [0, 11]],
  ["for values that are all zero", [0, 0], 0, [0, 0.1]],
  ["below zero", [-10, 10], null, [-12, 12]],
])("the axis goes %s", (_, values, max, range) => {
  expect(metricRange(metric(values, { limit: { ...limit, min: null, max } }))).toEqual(range);
});

test("what is not as expected is named, newest first", () => {
  const given = metric([100, 0, 400, 100], { usual, limit });
  expect(newestProblems(given).map((item) => metricItemText(item, given))).toEqual([
    "400, far above the usual 100",
    "0, at least 1 expected",
  ]);
  expect(given.items.map((item) => metricItemText(item, { ...given, limit: undefined }))[1]).toBe(
    "0, the run failed",
  );
});

test.each<[Partial<LimitedMetric>, string]>([
  [{}, ""],
  [{ limit: { ...limit, outliers: "allow" } }, "At least 1; a run without it fails."],
  [{ limit }, "At least 1; a run without it fails. What is usual is known after ten good runs."],
  [
    { limit: { ...limit, max: 9, required: false }, usual },
    "1 to 9. Usually 100, by the last 40 good runs. The band is what counts as usual.",
  ],
  [{ limit: { ...limit, min: null, outliers: "allow" } }, "Each run must report it."],
])("what a limit asks is said in words: %j", (more, text) => {
  expect(metricLead(metric([1], more))).toBe(text);
});
