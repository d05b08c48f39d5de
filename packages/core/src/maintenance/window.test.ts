import { expect, test } from "vitest";

import {
  maintenanceAt,
  type MaintenanceRule,
  type MaintenanceWindow,
  nextSpan,
  postponeForMaintenance,
} from "./window.ts";
import { MaintenanceRuleInput } from "./window-input.ts";

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const window = (rule: MaintenanceRule, stopped: string | null = null): MaintenanceWindow => ({
  rule,
  stoppedAt: stopped === null ? null : at(stopped),
});

const CHRISTMAS: MaintenanceRule = {
  kind: "once",
  from: at("2026-12-24T18:00Z"),
  until: at("2026-12-24T20:00Z"),
};
const SUNDAYS: MaintenanceRule = {
  kind: "weekly",
  weekdays: [7],
  time: "02:00",
  minutes: 120,
  timezone: "Europe/Berlin",
};
const NIGHTLY: MaintenanceRule = { kind: "cron", expression: "0 23 * * *", minutes: 120, timezone: "UTC" };

test.each<[string, MaintenanceWindow, string, string | null]>([
  ["once: at its beginning", window(CHRISTMAS), "2026-12-24T18:00Z", "2026-12-24T20:00Z"],
  ["once: at its end it is over", window(CHRISTMAS), "2026-12-24T20:00Z", null],
  ["once: before", window(CHRISTMAS), "2026-12-24T17:59:59Z", null],
  [
    "once: stopped early, before that",
    window(CHRISTMAS, "2026-12-24T19:00Z"),
    "2026-12-24T18:30Z",
    "2026-12-24T19:00Z",
  ],
  ["once: stopped early, after that", window(CHRISTMAS, "2026-12-24T19:00Z"), "2026-12-24T19:30Z", null],
  ["weekly: 2:00 in Berlin in winter is 1:00 UTC", window(SUNDAYS), "2026-11-22T01:00Z", "2026-11-22T03:00Z"],
  ["weekly: 2:00 in Berlin in summer is 0:00 UTC", window(SUNDAYS), "2026-07-05T00:00Z", "2026-07-05T02:00Z"],
  ["weekly: a minute before its end", window(SUNDAYS), "2026-11-22T02:59Z", "2026-11-22T03:00Z"],
  ["weekly: on Monday", window(SUNDAYS), "2026-11-23T01:30Z", null],
  ["weekly: a stop ends one span", window(SUNDAYS, "2026-11-22T01:30Z"), "2026-11-22T02:00Z", null],
  [
    "weekly: and not the next",
    window(SUNDAYS, "2026-11-22T01:30Z"),
    "2026-11-29T02:00Z",
    "2026-11-29T03:00Z",
  ],
  ["cron: over midnight", window(NIGHTLY), "2026-11-22T00:30Z", "2026-11-22T01:00Z"],
  ["cron: by day", window(NIGHTLY), "2026-11-22T12:00Z", null],
])("%s", (_, given, instant, until) => {
  expect(maintenanceAt([given], at(instant))?.until ?? null).toBe(until === null ? null : at(until));
});

test("of several windows at once the last to end counts", () => {
  const longer = window({ kind: "once", from: at("2026-12-24T19:00Z"), until: at("2026-12-24T23:00Z") });
  expect(maintenanceAt([window(CHRISTMAS), longer], at("2026-12-24T19:30Z"))?.until).toBe(
    at("2026-12-24T23:00Z"),
  );
});

test("the next span is the first to begin", () => {
  expect(nextSpan(window(NIGHTLY), at("2026-11-22T23:00Z"))).toEqual({
    from: at("2026-11-23T23:00Z"),
    until: at("2026-11-24T01:00Z"),
  });
  expect(nextSpan(window(CHRISTMAS), at("2026-12-24T18:00Z"))).toBeNull();
});

test.each<[string, MaintenanceRule[], [due: string, deadline: string, graceHours: number], string]>([
  ["no window: as it was", [], ["2026-11-22T01:00Z", "2026-11-22T02:00Z", 1], "2026-11-22T02:00Z"],
  ["a deadline inside", [SUNDAYS], ["2026-11-22T00:30Z", "2026-11-22T01:30Z", 1], "2026-11-22T04:00Z"],
  ["due inside", [SUNDAYS], ["2026-11-22T02:30Z", "2026-11-22T03:30Z", 1], "2026-11-22T04:00Z"],
  [
    "the window lies between",
    [SUNDAYS],
    ["2026-11-22T00:00Z", "2026-11-22T03:30Z", 3.5],
    "2026-11-22T06:30Z",
  ],
  ["over before it was due", [SUNDAYS], ["2026-11-22T03:00Z", "2026-11-22T04:00Z", 1], "2026-11-22T04:00Z"],
  ["begins at the deadline", [SUNDAYS], ["2026-11-22T00:00Z", "2026-11-22T01:00Z", 1], "2026-11-22T04:00Z"],
  [
    "begins after the deadline",
    [SUNDAYS],
    ["2026-11-21T23:59Z", "2026-11-22T00:59Z", 1],
    "2026-11-22T00:59Z",
  ],
  [
    "out of one into the next",
    [NIGHTLY],
    ["2026-11-21T23:30Z", "2026-11-22T22:30Z", 23],
    "2026-11-23T01:00Z",
  ],
  [
    "a grace longer than a week still ends",
    [SUNDAYS],
    ["2026-11-22T01:30Z", "2026-11-30T01:30Z", 192],
    "2026-12-07T03:00Z",
  ],
])("the deadline waits: %s", (_, rules, [due, deadline, graceHours], expected) => {
  const windows = rules.map((rule) => window(rule));
  const waited = postponeForMaintenance(windows, { from: at(due), until: at(deadline) }, graceHours * HOUR);
  expect(new Date(waited).toISOString()).toBe(new Date(at(expected)).toISOString());
});

test("windows that leave no time free do not hang", () => {
  const always = window({ kind: "cron", expression: "*/5 * * * *", minutes: 5, timezone: "UTC" });
  const span = { from: at("2026-11-22T01:00Z"), until: at("2026-11-22T02:00Z") };
  expect(postponeForMaintenance([always], span, HOUR)).toBeGreaterThan(span.until);
});

test("two weeks of work may be announced at once", () => {
  const rule = { kind: "once", from: "2026-12-01T08:00:00Z", until: "2026-12-15T08:00:00Z" };
  expect(MaintenanceRuleInput.safeParse(rule).error).toBeUndefined();
});

test.each([
  [
    "an end before its beginning",
    { kind: "once", from: "2026-12-24T20:00:00Z", until: "2026-12-24T18:00:00Z" },
    "until",
  ],
  [
    "longer than a month",
    { kind: "once", from: "2026-12-01T00:00:00Z", until: "2027-01-01T00:01:00Z" },
    "until",
  ],
  ["no weekday", { ...SUNDAYS, weekdays: [] }, "weekdays"],
  ["weekday 0", { ...SUNDAYS, weekdays: [0] }, "weekdays.0"],
  ["a time without minutes", { ...SUNDAYS, time: "2" }, "time"],
  ["a zone that does not exist", { ...SUNDAYS, timezone: "Mars/Base" }, "timezone"],
  ["an expression of two fields", { ...NIGHTLY, expression: "0 2" }, "expression"],
  ["one that begins anew before it ends", { ...NIGHTLY, expression: "0 * * * *" }, "minutes"],
])("%s is refused, naming the field", (_, input, field) => {
  const parsed = MaintenanceRuleInput.safeParse(input);
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([field]);
});
