import { describe, expect, test } from "vitest";

import { checkField, checkInput, newCheckValues, scheduleInput, checkSettings } from "./check-form-values.ts";

const blank = newCheckValues("Europe/Berlin", ["c1"]);

test("a new check is nightly in the browser's zone, with all other settings off", () => {
  expect(checkInput({ ...blank, name: "nightly backup" })).toEqual({
    name: "nightly backup",
    slug: "",
    tags: [],
    description: "",
    channelIds: ["c1"],
    methods: "",
    schedule: { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" },
    graceSeconds: 3_600,
    manualResume: false,
    earlyMarginSeconds: 0,
    jitterSeconds: 0,
    maxRuntimeSeconds: null,
    minRuntimeSeconds: null,
    progressExtends: false,
    overlap: "allow",
    hostDuplicates: "allow",
    outlierRuns: "note",
    metricLimits: [],
    tooOften: null,
    tolerance: null,
    recoverAfter: 1,
    alertBeforeFirstPing: false,
    severity: "warning",
    dependsOn: [],
  });
});

describe("each kind of schedule sends only its own fields", () => {
  test.each([
    ["interval", { kind: "interval", everySeconds: 300 }],
    ["cron", { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" }],
    ["oncalendar", { kind: "oncalendar", expression: "*-*-* 02:30", timezone: "Europe/Berlin" }],
  ] as const)("%s", (kind, schedule) => {
    expect(scheduleInput({ ...blank, kind })).toEqual(schedule);
  });
});

describe("the settings that are off by default", () => {
  test("spans are sent as seconds", () => {
    const settings = checkSettings({
      ...blank,
      maxRuntime: { amount: 2, unit: "hours" },
      jitter: { amount: 30, unit: "seconds" },
    });
    expect(settings).toMatchObject({ maxRuntimeSeconds: 7_200, jitterSeconds: 30 });
  });
  test("the limit of runs applies to one slot where no window is given", () => {
    const tooOften = { ...blank.tooOften, on: true };
    expect(checkSettings({ ...blank, tooOften }).tooOften).toEqual({
      count: 3,
      of: "runs",
      windowSeconds: null,
    });
  });
  test.each([
    ["off", null],
    ["in-a-row", { kind: "in-a-row", bad: 2, tolerateMissed: false }],
    ["of-last", { kind: "of-last", bad: 2, of: 5, tolerateMissed: false }],
  ] as const)("the tolerance %s is sent with only its own fields", (kind, tolerance) => {
    expect(checkSettings({ ...blank, tolerance: { ...blank.tolerance, kind } }).tolerance).toEqual(tolerance);
  });
  test("an empty bound of a number is none", () => {
    const limit = { metric: " bytes ", min: 1, max: "", required: true, outliers: "note" } as const;
    expect(checkSettings({ ...blank, metricLimits: [limit] }).metricLimits).toEqual([
      { metric: "bytes", min: 1, max: null, required: true, outliers: "note" },
    ]);
  });
  test("an empty grace is sent as NaN, so that it is refused instead of guessed", () => {
    expect(checkSettings({ ...blank, grace: { amount: "", unit: "hours" } }).graceSeconds).toBeNaN();
  });
});

describe("what the API refuses is shown at the field where it was typed", () => {
  test.each([
    ["schedule.expression", "cron", "cron"],
    ["schedule.expression", "oncalendar", "calendar"],
    ["schedule.everySeconds", "interval", "every"],
    ["schedule.timezone", "cron", "timezone"],
    ["graceSeconds", "cron", "grace"],
    ["tags.3", "cron", "tags"],
    ["schedule.except.dates.0", "cron", "exceptions.dates"],
    ["tolerance.bad", "cron", "tolerance.bad"],
    ["slug", "cron", "slug"],
    ["version", "cron", null],
  ] as const)("%s of a %s schedule belongs to %s", (path, kind, field) => {
    expect(checkField(path, kind)).toBe(field);
  });
});
