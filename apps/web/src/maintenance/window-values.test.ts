import { expect, test } from "vitest";

import {
  newWindowValues,
  type WindowDraft,
  type WindowValues,
  windowDraft,
  windowField,
  windowProblem,
  windowValues,
} from "./window-values.ts";

const NOW = Date.parse("2026-11-20T21:10:00Z");

test.each<[string, WindowDraft]>([
  [
    "once",
    {
      name: "Move",
      rule: { kind: "once", from: "2026-12-24T17:00:00.000Z", until: "2026-12-24T19:00:00.000Z" },
      tags: [],
      checkIds: [],
    },
  ],
  [
    "weekly",
    {
      name: "Patch day",
      rule: { kind: "weekly", weekdays: [2, 7], time: "02:00", minutes: 90, timezone: "UTC" },
      tags: ["prod"],
      checkIds: [],
    },
  ],
  [
    "cron",
    {
      name: "",
      rule: { kind: "cron", expression: "0 2 1 * *", minutes: 1, timezone: "Asia/Tokyo" },
      tags: [],
      checkIds: ["c1"],
    },
  ],
])("a window that is %s passes through its form unchanged", (_, draft) => {
  expect(windowDraft(windowValues(draft, "Europe/Berlin", NOW))).toEqual(draft);
});

test("a new window is for the whole project, and begins at the next full hour", () => {
  expect(windowDraft(newWindowValues("Europe/Berlin", NOW))).toEqual({
    name: "",
    rule: { kind: "once", from: "2026-11-20T22:00:00.000Z", until: "2026-11-20T23:00:00.000Z" },
    tags: [],
    checkIds: [],
  });
});

test.each([
  ["name", "once", "name"],
  ["rule.until", "once", "until"],
  ["rule.minutes", "weekly", "length"],
  ["rule.expression", "cron", "cron"],
  ["rule", "weekly", "weekdays"],
  ["tags.3", "once", "tags"],
] as const)(
  "what is refused about %s of a window that is %s is shown at the field %s",
  (field, kind, place) => {
    expect(windowField(field, kind)).toBe(place);
  },
);

test.each<[string, Partial<WindowValues>, string | null]>([
  ["without an end", { until: "" }, "Enter when it begins and ends."],
  ["that ends first", { until: "2026-11-20T22:00" }, "It ends before it begins: choose a later end."],
  ["of two months", { until: "2027-01-20T22:00" }, "It lasts at most 31 days: choose an earlier end."],
  ["without a day", { kind: "weekly", weekdays: [] }, "Choose at least one day."],
  ["without a time", { kind: "weekly", time: "" }, "Enter when it begins."],
  ["without a cron line", { kind: "cron", cron: " " }, "Enter when it begins."],
  ["without a length", { kind: "weekly", length: { amount: "", unit: "hours" } }, "Enter how long it lasts."],
  ["that is fine", {}, null],
  ["that is fine, weekly", { kind: "weekly" }, null],
])("a window %s says what is wrong instead of its times", (_, change, problem) => {
  expect(windowProblem({ ...newWindowValues("Europe/Berlin", NOW), ...change })).toBe(problem);
});
