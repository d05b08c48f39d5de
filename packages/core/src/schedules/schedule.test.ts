import { describe, expect, test } from "vitest";
import { nextAfter } from "./schedule.ts";
import { ScheduleInput } from "./schedule-input.ts";
import { canonicalTimezone, timezones } from "./timezones/timezones.ts";

describe("cron and clock changes", () => {
  test.each([
    ["30 3 * * *", "Europe/Riga", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]],
    ["0 3 * * *", "Europe/Riga", "2026-03-28T12:00Z", ["2026-03-29T01:00Z"]],
    ["15,45 3 * * *", "Europe/Riga", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:15Z"]],
    [
      "0 2-4 * * *",
      "Europe/Riga",
      "2026-03-28T12:00Z",
      ["2026-03-29T00:00Z", "2026-03-29T01:00Z", "2026-03-29T23:00Z"],
    ],
    ["*/30 3 * * *", "Europe/Riga", "2026-03-28T12:00Z", ["2026-03-30T00:00Z"]],
    ["30 3 * * *", "Europe/Riga", "2026-10-24T22:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
    [
      "*/30 3 * * *",
      "Europe/Riga",
      "2026-10-24T22:00Z",
      ["2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z"],
    ],
    ["30 * * * *", "Europe/Riga", "2026-10-25T00:31Z", ["2026-10-25T01:30Z"]],
    ["0 4 * * *", "Europe/Riga", "2026-10-24T22:00Z", ["2026-10-25T02:00Z"]],
    ["30 2 * * *", "America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:00Z"]],
    ["30 1 * * *", "America/New_York", "2026-11-01T05:31Z", ["2026-11-02T06:30Z"]],
  ])("%s in %s after %s", (...[expression, timezone, after, expected]) => {
    expect(nextTimes({ kind: "cron", expression, timezone }, after, expected.length)).toEqual(expected);
  });
});

test("a ping in the second pass of a repeated hour is followed by a later time", () => {
  const schedule = { kind: "cron", expression: "30 3 * * *", timezone: "Europe/Riga" } as const;
  expect(nextTimes(schedule, "2026-10-25T01:10Z", 1)).toEqual(["2026-10-26T01:30Z"]);
});

test("parts of a second are dropped before a cron search", () => {
  const hourly = { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const;
  expect(nextTimes(hourly, "2026-01-01T12:00:00.400Z", 1)).toEqual(["2026-01-01T13:00Z"]);
  expect(nextTimes(hourly, "2026-01-01T11:59:59.900Z", 1)).toEqual(["2026-01-01T12:00Z"]);
});

test("an interval counts from the ping", () => {
  expect(nextAfter({ kind: "interval", everySeconds: 90 }, 1_500)).toBe(91_500);
});

test("of several cron lines the earliest wins", () => {
  const twice = { kind: "cron", expression: "0 9 * * *\n30 8 * * MON", timezone: "UTC" } as const;
  expect(nextTimes(twice, "2026-11-22T10:00Z", 2)).toEqual(["2026-11-23T08:30Z", "2026-11-23T09:00Z"]);
});

test.each([
  ["Europe/Riga", "Europe/Riga"],
  ["UTC", "UTC"],
  ["Etc/UTC", "Etc/UTC"],
  ["Europe/Kiev", "Europe/Kyiv"],
  ["US/Eastern", "America/New_York"],
  ["Asia/Calcutta", "Asia/Kolkata"],
  ["UCT", "Etc/UTC"],
  ["Zulu", "Etc/UTC"],
  ["CET", "Europe/Brussels"],
  ["EST", "America/Panama"],
  ["GB", "Europe/London"],
  ["europe/riga", null],
  ["not-a-timezone", null],
  ["", null],
])("the zone %s is stored as %s", (name, canonical) => expect(canonicalTimezone(name)).toBe(canonical));

test("every zone in the list can be reckoned with", () => {
  expect(timezones.length).toBeGreaterThanOrEqual(480);
  for (const timezone of timezones) {
    const at = nextAfter({ kind: "cron", expression: "0 0 1 * *", timezone }, 1_800_000_000_000);
    expect([timezone, at]).not.toContain(null);
  }
});

test.each([
  [{ kind: "cron", expression: "0 0 30 2 *", timezone: "UTC" }, /No month in this expression has a day 30/],
  [{ kind: "cron", expression: "0 0 * * * *", timezone: "UTC" }, /leave out the seconds/],
  [{ kind: "cron", expression: "@daily", timezone: "UTC" }, /write 0 0 \* \* \* instead/],
  [{ kind: "cron", expression: "0 0 * * *", timezone: "Mars/Base" }, /There is no time zone “Mars\/Base”/],
  [{ kind: "interval", everySeconds: 59 }, /at least 60 seconds/],
])("%o is refused with a sentence", (input, sentence) => {
  expect(ScheduleInput.safeParse(input).error?.issues[0]?.message).toMatch(sentence);
});

function nextTimes(schedule: Parameters<typeof nextAfter>[0], after: string, count: number): string[] {
  const times: string[] = [];
  for (
    let at = nextAfter(schedule, Date.parse(after));
    at !== null && times.length < count;
    at = nextAfter(schedule, at)
  ) {
    times.push(new Date(at).toISOString().replace(":00.000Z", "Z"));
  }
  return times;
}
