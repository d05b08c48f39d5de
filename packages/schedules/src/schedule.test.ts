import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { isDeadInSystemd, nextAfter, type Schedule } from "./schedule.ts";
import { ScheduleInput } from "./schedule-input.ts";
import { canonicalTimezone, runtimeOffsets, timezones, useOffsets } from "./timezones/timezones.ts";

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

test.each([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
])("%s runs when %s does", (macro, expression) => {
  const schedule = { kind: "cron", timezone: "Europe/Riga" } as const;
  const times = nextTimes({ ...schedule, expression }, "2026-11-22T10:00Z", 3);
  expect(nextTimes({ ...schedule, expression: macro }, "2026-11-22T10:00Z", 3)).toEqual(times);
});

test("a day that no month has is no matter where the weekdays select days too", () => {
  const schedule = { kind: "cron", expression: "0 9 30 2 1", timezone: "UTC" } as const;
  expect(nextTimes(ScheduleInput.parse(schedule), "2026-01-01T00:00Z", 2)).toEqual([
    "2026-02-02T09:00Z",
    "2026-02-09T09:00Z",
  ]);
});

test.each(["@1900000000", "@1900000000 Europe/Riga"])("%s is a moment, in whatever zone", (expression) => {
  const schedule = { kind: "oncalendar", expression, timezone: "Asia/Tokyo" } as const;
  expect(nextAfter(schedule, 0)).toBe(1_900_000_000_000);
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
  ["posix/Europe/Riga", "Europe/Riga"],
  ["right/US/Eastern", "America/New_York"],
  ["not-a-timezone", null],
  ["", null],
])("the zone %s is stored as %s", (name, canonical) => expect(canonicalTimezone(name)).toBe(canonical));

test("times can be computed in every zone of the list", () => {
  expect(timezones.length).toBeGreaterThanOrEqual(480);
  for (const timezone of timezones) {
    const at = nextAfter({ kind: "cron", expression: "0 0 1 * *", timezone }, 1_800_000_000_000);
    expect([timezone, at]).not.toContain(null);
  }
});

test.each([
  [{ kind: "cron", expression: "0 0 30 2 *", timezone: "UTC" }, /No month in this expression has a day 30/],
  [{ kind: "cron", expression: "0 0 * * * *", timezone: "UTC" }, /leave out the seconds/],
  [{ kind: "cron", expression: "0 0 * * *", timezone: "Mars/Base" }, /There is no time zone “Mars\/Base”/],
  [{ kind: "cron", expression: "0 9 * * *\n0 9 * *", timezone: "UTC" }, /^Line 2: .* this has 4/],
  [{ kind: "cron", expression: "@reboot", timezone: "UTC" }, /choose an interval/],
  [{ kind: "cron", expression: "0 9 * * FRI-MON", timezone: "UTC" }, /runs backwards/],
  [{ kind: "cron", expression: "0 9 * * ?", timezone: "UTC" }, /write \* instead/],
  [{ kind: "cron", expression: "", timezone: "UTC" }, /Write an expression/],
  [{ kind: "cron", expression: "* ".repeat(600), timezone: "UTC" }, /at most 1000 characters/],
  [{ kind: "cron", expression: "* * * * *\n".repeat(21), timezone: "UTC" }, /at most 20 lines/],
  [
    { kind: "oncalendar", expression: "30 2 * * 1-5", timezone: "UTC" },
    /^This is a cron expression and not an OnCalendar expression: choose the other kind/,
  ],
  [
    { kind: "cron", expression: "Mon..Fri 02:30", timezone: "UTC" },
    /^This is an OnCalendar expression and not a cron expression: choose the other kind/,
  ],
  [{ kind: "oncalendar", expression: "*-02-30", timezone: "UTC" }, /would never run/],
  [{ kind: "oncalendar", expression: "Mon..Fri 25:00", timezone: "UTC" }, /hour field goes from 0 to 23/],
  [{ kind: "oncalendar", expression: "*-*-* 20/5:00", timezone: "UTC" }, /step of 5 from 20/],
  [{ kind: "oncalendar", expression: "daily Mars/Base", timezone: "UTC" }, /no time zone “Mars\/Base”/],
  [{ kind: "oncalendar", expression: "30 2 * * * *", timezone: "UTC" }, /left over/],
  [{ kind: "interval", everySeconds: 59 }, /at least 60 seconds/],
])("%o is refused with a sentence", (input, sentence) => {
  expect(ScheduleInput.safeParse(input).error?.issues[0]?.message).toMatch(sentence);
});

describe("a search is bounded in work, whatever the expression", () => {
  afterAll(() => useOffsets());

  test.each<[Schedule["kind"], string]>([
    ["cron", "0 0 29 2 MON#5"],
    ["cron", "* * 29 2 MON#5"],
    ["cron", "0 0 * 2 MON#5"],
    ["cron", "59 23 31 12 0"],
    ["oncalendar", "*-02-30"],
    ["oncalendar", "Mon *-02-29 *:*:*"],
    ["oncalendar", "2199-12-31 23:59:59"],
  ])("%s %s asks for few offsets", (kind, expression) => {
    let asked = 0;
    useOffsets((timezone) => {
      const offsetAt = runtimeOffsets(timezone);
      return offsetAt && ((instant) => (asked++, offsetAt(instant)));
    });
    nextAfter(calendar(kind, expression), Date.parse("2026-03-01T00:00Z"));
    expect(asked).toBeLessThan(1500); // a microsecond each
  });

  test.each(["0 0 29 2 MON#5", "0 0 31 12 0", "0 0 L 2 MON"])("%s has a next time", (expression) => {
    expect(nextAfter(calendar("cron", expression), Date.parse("2026-03-01T00:00Z"))).not.toBeNull();
  });
});

test.each(["*-02-30", "Sun *-02/9-31", "2020-01-01", "Sun *-03~01..07 02:30 Europe/Berlin"])(
  "OnCalendar %s never comes",
  (expression) => {
    expect(nextAfter(calendar("oncalendar", expression), Date.parse("2026-03-01T00:00Z"))).toBeNull();
  },
);

test.each([
  ["Fri *-06/5-21 11..21:53..54", "Europe/Berlin", "2026-01-01T00:00Z", "2030-06-21T09:53Z"],
  ["Monday *-05/2-14/7 18:*", "Australia/Sydney", "2026-09-29T00:00Z", "2029-05-14T08:00Z"],
])(
  "where systemd runs in a circle on %s, the time meant is given",
  (...[expression, timezone, after, next]) => {
    const schedule = { kind: "oncalendar", expression, timezone } as const;
    expect(isDeadInSystemd(schedule, Date.parse(after))).toBe(true);
    expect(nextTimes(schedule, after, 1)).toEqual([next]);
  },
);

test.each([
  [" 0 9 * * * ", "0 9 * * *"],
  ["0 9 * * *\n\n0 9 * * 1", "0 9 * * *\n0 9 * * 1"],
  ["0 9 * * *\r\n0 10 * * *", "0 9 * * *\n0 10 * * *"],
])("%j is stored as %j", (expression, stored) => {
  expect(ScheduleInput.parse({ kind: "cron", expression, timezone: "US/Eastern" })).toEqual({
    kind: "cron",
    expression: stored,
    timezone: "America/New_York",
  });
});

test("a schedule has a JSON Schema", () => {
  expect(z.toJSONSchema(ScheduleInput, { io: "input" })).toMatchObject({
    oneOf: [{ type: "object" }, { type: "object" }],
  });
});

function calendar(kind: Schedule["kind"], expression: string): Schedule {
  const timezone = "Europe/Berlin";
  return kind === "cron"
    ? { kind, expression, scheduler: "overdue", timezone }
    : { kind: "oncalendar", expression, timezone };
}

function nextTimes(schedule: Schedule, after: string, count: number): string[] {
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
