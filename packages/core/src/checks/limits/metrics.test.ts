/** Rules 47 to 49. */

import { expect, test } from "vitest";
import type { MetricValues } from "../../metrics/read-metrics.ts";
import { metricFindingText } from "../../metrics/metric-text.ts";
import type { CheckSettings, MetricLimit } from "../settings.ts";
import { flipLines, playStory, type Step, type Story } from "../testing/story.ts";

const A = "aaaaaaaa-0000-0000-0000-000000000000";

function limit(metric: string, more: Partial<MetricLimit> = {}): MetricLimit {
  return { metric, min: null, max: null, required: true, outliers: "allow", ...more };
}

function reports(values: MetricValues, problems: [string, string][] = []) {
  return { metrics: { values, problems: problems.map(([metric, problem]) => ({ metric, problem })) } };
}

/** What was found wrong, of the newest incident or notice. */
function metricFindings(effects: Story["effects"] | Story["last"]): string[] {
  const last = effects.findLast(({ kind }) => kind === "incident-opened" || kind === "notice");
  const evidence = last !== undefined && "evidence" in last ? last.evidence : undefined;
  return evidence?.metrics?.map(metricFindingText) ?? [];
}

const BYTES = { metricLimits: [limit("bytes", { min: 1 })] };
const QUEUE = {
  schedule: { kind: "interval", everySeconds: 300 },
  graceSeconds: 300,
  metricLimits: [limit("depth", { max: 0 })],
} as const satisfies Partial<CheckSettings>;

test.each<[string, Partial<CheckSettings>, Step[], string[], string[]]>([
  [
    "a backup that ended well with nothing in it is a failure, at once and at its first run",
    BYTES,
    [
      [0, "start"],
      [60, "success", reports({ bytes: 0 })],
    ],
    ["new→down at 60 (metric-limit), notified"],
    ["bytes was 0, at least 1 is expected"],
  ],
  ["within its limit it is a success", BYTES, [[60, "success", reports({ bytes: 1 })]], ["new→up at 60"], []],
  [
    "the next good one ends it",
    BYTES,
    [
      [60, "success", reports({ bytes: 0 })],
      [3660, "success", reports({ bytes: 7e9 })],
    ],
    ["new→down at 60 (metric-limit), notified", "down→up at 3660, notified"],
    ["bytes was 0, at least 1 is expected"],
  ],
  [
    "a success without a number that it must have is a failure",
    BYTES,
    [[60, "success", reports({ rows: 3 })]],
    ["new→down at 60 (metric-limit), notified"],
    ["bytes was not reported"],
  ],
  [
    "and says so if something came that is no number",
    BYTES,
    [[60, "success", reports({}, [["bytes", "“7 GB” is no number: leave the unit out"]])]],
    ["new→down at 60 (metric-limit), notified"],
    ["bytes was not read: “7 GB” is no number: leave the unit out"],
  ],
  [
    "one that need not be there may be left out",
    { metricLimits: [limit("bytes", { min: 1, required: false })] },
    [[60, "success"]],
    ["new→up at 60"],
    [],
  ],
  [
    "a fail stays a fail, whatever it reports",
    BYTES,
    [[60, "fail", reports({ bytes: 0 })]],
    ["new→down at 60 (failed), notified"],
    [],
  ],
  [
    "all limits that do not hold are named",
    {
      metricLimits: [
        limit("rows", { min: 1 }),
        limit("errors", { max: 0 }),
        limit("age", { min: 0, max: 9 }),
      ],
    },
    [[60, "success", reports({ rows: 0, errors: 3, age: 12 })]],
    ["new→down at 60 (metric-limit), notified"],
    [
      "rows was 0, at least 1 is expected",
      "errors was 3, at most 0 is expected",
      "age was 12, 0 to 9 is expected",
    ],
  ],
  [
    "what the script logged counts, although the ping of its wrapper has no numbers",
    BYTES,
    [
      [0, "start"],
      [50, "log", reports({ bytes: 12 })],
      [60, "success"],
    ],
    ["new→up at 60"],
    [],
  ],
  [
    "also where no start was heard",
    BYTES,
    [
      [50, "log", { host: "a", ...reports({ bytes: 12 }) }],
      [55, "log", { host: "a" }],
      [60, "success", { host: "a" }],
    ],
    ["new→up at 60"],
    [],
  ],
  [
    "but not for the next run, nor for another host",
    BYTES,
    [
      [50, "log", { host: "a", ...reports({ bytes: 12 }) }],
      [60, "success", { host: "a" }],
      [3600, "success", { host: "a" }],
      [3650, "log", { host: "a", ...reports({ bytes: 12 }) }],
      [3660, "success", { host: "b" }],
    ],
    ["new→up at 60", "up→down at 3600 (metric-limit), notified"],
    ["bytes was not reported"],
  ],
  [
    "the last of several reports of a run counts",
    BYTES,
    [
      [0, "start", { rid: A, ...reports({ bytes: 0 }) }],
      [50, "log", { rid: A, ...reports({ bytes: 0 }) }],
      [60, "success", { rid: A, ...reports({ bytes: 5 }) }],
    ],
    ["new→up at 60"],
    [],
  ],
  [
    "a run that was given up brings what it had reported",
    BYTES,
    [
      [0, "start", { rid: A, ...reports({ bytes: 4 }) }],
      [700, "time"],
      [3000, "success", { rid: A }],
    ],
    ["new→down at 600 (overlong), notified", "down→up at 3000, notified"],
    [],
  ],
  [
    "a queue is down while something waits in it, and up when it is empty",
    QUEUE,
    [
      [0, "success", reports({ depth: 0 })],
      [300, "success", reports({ depth: 2 })],
      [600, "success", reports({ depth: 2 })],
      [900, "success", reports({ depth: 0 })],
    ],
    ["new→up at 0", "up→down at 300 (metric-limit), notified", "down→up at 900, notified"],
    ["depth was 2, at most 0 is expected"],
  ],
  [
    "also where it is empty again within seconds, as it was before",
    QUEUE,
    [
      [0, "success", { digest: "none", ...reports({ depth: 0 }) }],
      [5, "success", { digest: "some", ...reports({ depth: 2 }) }],
      [10, "success", { digest: "none", ...reports({ depth: 0 }) }],
      [15, "success", { digest: "some", ...reports({ depth: 2 }) }],
      [20, "success", { digest: "some", ...reports({ depth: 2 }) }],
      [25, "success", { digest: "none", ...reports({ depth: 0 }) }],
    ],
    [
      "new→up at 0",
      "up→down at 5 (metric-limit), notified",
      "down→up at 10, notified",
      "up→down at 15 (metric-limit), notified",
      "down→up at 25, notified",
    ],
    ["depth was 2, at most 0 is expected"],
  ],
  [
    "and down when nobody reports",
    QUEUE,
    [
      [0, "success", reports({ depth: 0 })],
      [1000, "time"],
    ],
    ["new→up at 0", "up→down at 600 (missed), notified"],
    [],
  ],
  [
    "a queue may be filled for two reports before it alarms",
    { ...QUEUE, tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: false } },
    [
      [0, "success", reports({ depth: 0 })],
      [300, "success", reports({ depth: 1 })],
      [600, "success", reports({ depth: 1 })],
      [900, "success", reports({ depth: 0 })],
      [1200, "success", reports({ depth: 1 })],
      [1500, "success", reports({ depth: 2 })],
      [1800, "success", reports({ depth: 3 })],
    ],
    ["new→up at 0", "up→down at 1800 (metric-limit), notified"],
    ["depth was 3, at most 0 is expected"],
  ],
  [
    "an edit of the limits holds from the next run on",
    BYTES,
    [
      [60, "success", reports({ bytes: 5 })],
      [100, "edit", { metricLimits: [limit("bytes", { min: 10 })] }],
      [3660, "success", reports({ bytes: 5 })],
    ],
    ["new→up at 60", "up→down at 3660 (metric-limit), notified"],
    ["bytes was 5, at least 10 is expected"],
  ],
  [
    "during maintenance it is a notice",
    BYTES,
    [
      [60, "success", reports({ bytes: 5 })],
      [100, "maintenance", [{ rule: { kind: "once", from: 0, until: Infinity }, stoppedAt: null }]],
      [3660, "success", reports({ bytes: 0 })],
    ],
    ["new→up at 60"],
    ["bytes was 0, at least 1 is expected"],
  ],
])("%s", (_, settings, steps, flips, findings) => {
  const story = playStory(settings, steps);
  expect(flipLines(story)).toEqual(flips);
  expect(metricFindings(story.effects)).toEqual(findings);
});

test("a run has what all of its pings reported, the later ones first", () => {
  const story = playStory({}, [
    [0, "start", { id: "run", rid: A, ...reports({ files: 3, bytes: 0 }) }],
    [50, "log", { rid: A, ...reports({ bytes: 12 }) }],
    [60, "success", { rid: A, ...reports({ rows: 1 }) }],
  ]);
  expect(story.runs).toMatchObject([
    { id: "run", outcome: "success", metrics: { files: 3, bytes: 12, rows: 1 } },
  ]);
  expect(playStory({}, [[0, "success"]]).runs[0]).not.toHaveProperty("metrics");
});

/** Daily runs with these numbers of rows. */
function nightly(rows: readonly number[], outliers: MetricLimit["outliers"], more: Step[] = []): Story {
  const steps = rows.map((value, night): Step => [night * 86_400, "success", reports({ rows: value })]);
  return playStory(
    { schedule: { kind: "interval", everySeconds: 86_400 }, metricLimits: [limit("rows", { outliers })] },
    [...steps, ...more],
  );
}
const varied = Array.from({ length: 20 }, (_, night) => 1_000 + (night % 5) * 40);

test.each<[string, readonly number[], string[]]>([
  ["as usual", [...varied, 1_150], []],
  ["a third more", [...varied, 1_400], []],
  ["three times as many", [...varied, 3_000], ["rows was 3,000, far above its usual 1,080 (last 20 runs)"]],
  ["nearly none", [...varied, 3], ["rows was 3, far below its usual 1,080 (last 20 runs)"]],
  ["none", [...varied, 0], ["rows was 0, far below its usual 1,080 (last 20 runs)"]],
  ["fewer than none", [...varied, -5], ["rows was -5, far below its usual 1,080 (last 20 runs)"]],
  ["nine runs tell too little", [...varied.slice(0, 9), 0], []],
  ["a full export each week is a kind of run", [...varied, 9_000, ...varied, 9_000, ...varied, 9_000], []],
  [
    "always zero, then some",
    [...Array.from({ length: 12 }, () => 0), 40],
    ["rows was 40, far above its usual 0 (last 12 runs)"],
  ],
  ["always below zero", [...Array.from({ length: 12 }, () => -40), -43], []],
  [
    "shares of one",
    [...Array.from({ length: 12 }, (_, i) => 0.95 + (i % 3) / 100), 0.1],
    ["rows was 0.1, far below its usual 0.96 (last 12 runs)"],
  ],
])("compared with what is usual: %s", (_, rows, findings) => {
  const story = nightly(rows, "note");
  expect(flipLines(story)).toEqual(["new→up at 0"]);
  expect(metricFindings(story.last)).toEqual(findings);
});

test("an outlier takes a check down where it is to alert, and the next usual run brings it up", () => {
  const story = nightly([...varied, 3, 1_040], "alert");
  expect(flipLines(story)).toEqual([
    "new→up at 0",
    `up→down at ${20 * 86_400} (metric-limit), notified`,
    `down→up at ${21 * 86_400}, notified`,
  ]);
});

test("once a person says that it is normal now, it is learned anew", () => {
  const day = 86_400;
  const story = nightly(varied, "alert", [
    [20 * day - 60, "baseline-reset"],
    [20 * day, "success", reports({ rows: 9 })],
  ]);
  expect(flipLines(story)).toEqual(["new→up at 0"]);
  expect(story.check.state.memory.usualMetrics).toEqual({ rows: [9] });
});

test("nothing is remembered of metrics that no limit compares", () => {
  expect(nightly(varied, "allow").check.state.memory).not.toHaveProperty("usualMetrics");
});
