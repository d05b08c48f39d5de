import { expect, test } from "vitest";

import {
  lastPeriod,
  nextReportAt,
  periodAfter,
  periodBefore,
  periodNamed,
  type ReportEvery,
} from "./period.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (instant: number) => new Date(instant).toISOString().replace(":00.000Z", "Z");

test.each<[string, ReportEvery, string, string, string]>([
  ["on Monday before nine: the same day", "week", "2026-11-23T07:59Z", "Europe/Berlin", "2026-11-23T08:00Z"],
  ["at nine itself: a week later", "week", "2026-11-23T08:00Z", "Europe/Berlin", "2026-11-30T08:00Z"],
  ["midweek", "week", "2026-11-18T12:00Z", "UTC", "2026-11-23T09:00Z"],
  [
    "Sunday evening in UTC is Monday in Tokyo",
    "week",
    "2026-11-22T23:00Z",
    "Asia/Tokyo",
    "2026-11-23T00:00Z",
  ],
  ["the week in which summer time ends", "week", "2026-10-20T00:00Z", "Europe/Berlin", "2026-10-26T08:00Z"],
  ["the week in which it begins", "week", "2026-03-24T00:00Z", "Europe/Berlin", "2026-03-30T07:00Z"],
  ["the first of the month", "month", "2026-11-30T12:00Z", "America/New_York", "2026-12-01T14:00Z"],
  ["over the year's end", "month", "2026-12-01T14:00Z", "America/New_York", "2027-01-01T14:00Z"],
  ["after a short month", "month", "2027-02-01T09:00Z", "UTC", "2027-03-01T09:00Z"],
])("due next, %s", (_, every, after, timezone, due) => {
  expect(iso(nextReportAt(every, at(after), timezone))).toBe(due);
});

test.each<[string, ReportEvery, string, string, [label: string, from: string, until: string]]>([
  [
    "an ordinary week",
    "week",
    "2026-11-23T09:00Z",
    "UTC",
    ["2026-W47", "2026-11-16T00:00Z", "2026-11-23T00:00Z"],
  ],
  [
    "on Sunday the week still runs",
    "week",
    "2026-11-22T23:59Z",
    "UTC",
    ["2026-W46", "2026-11-09T00:00Z", "2026-11-16T00:00Z"],
  ],
  [
    "after two days without a checker: still that one",
    "week",
    "2026-11-25T09:00Z",
    "UTC",
    ["2026-W47", "2026-11-16T00:00Z", "2026-11-23T00:00Z"],
  ],
  [
    "a week of 169 hours",
    "week",
    "2026-10-26T08:00Z",
    "Europe/Berlin",
    ["2026-W43", "2026-10-18T22:00Z", "2026-10-25T23:00Z"],
  ],
  [
    "a week of 167 hours",
    "week",
    "2026-03-30T07:00Z",
    "Europe/Berlin",
    ["2026-W13", "2026-03-22T23:00Z", "2026-03-29T22:00Z"],
  ],
  [
    "the first week of a year begins in the year before",
    "week",
    "2025-01-06T09:00Z",
    "UTC",
    ["2025-W01", "2024-12-30T00:00Z", "2025-01-06T00:00Z"],
  ],
  ["a week 53", "week", "2027-01-04T09:00Z", "UTC", ["2026-W53", "2026-12-28T00:00Z", "2027-01-04T00:00Z"]],
  [
    "a month",
    "month",
    "2026-12-01T14:00Z",
    "America/New_York",
    ["2026-11", "2026-11-01T04:00Z", "2026-12-01T05:00Z"],
  ],
  [
    "a leap February",
    "month",
    "2028-03-01T09:00Z",
    "UTC",
    ["2028-02", "2028-02-01T00:00Z", "2028-03-01T00:00Z"],
  ],
  [
    "a month that begins at one, since midnight is skipped",
    "month",
    "2018-12-01T14:00Z",
    "America/Sao_Paulo",
    ["2018-11", "2018-11-01T03:00Z", "2018-12-01T02:00Z"],
  ],
])("over last, %s", (_, every, now, timezone, [label, from, until]) => {
  const period = lastPeriod(every, at(now), timezone);
  expect([period.label, iso(period.from), iso(period.until)]).toEqual([label, from, until]);
});

test("the period before ends where this one begins", () => {
  const march = lastPeriod("month", at("2026-04-01T09:00Z"), "Europe/Berlin");
  const february = periodBefore(march);
  expect([february.label, iso(february.until)]).toEqual(["2026-02", iso(march.from)]);
});

test.each(["2026-W47", "2026-W53", "2025-W01", "2026-11", "2026-12", "2027-01"])(
  "%s is found by its name, and the one after it begins where it ends",
  (label) => {
    const period = periodNamed(label, "Europe/Berlin");
    expect(period?.label).toBe(label);
    const after = period && periodAfter(period);
    expect(after?.from).toBe(period?.until);
    expect(after && periodBefore(after)).toEqual(period);
  },
);

test.each(["2025-W53", "2026-W00", "2026-W54", "2026-13", "2026-00", "2026", "last week", ""])(
  "there is no period %j",
  (label) => expect(periodNamed(label, "UTC")).toBeNull(),
);
