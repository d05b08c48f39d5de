import { expect, test } from "vitest";
import { collectHolidays, cacheHolidays } from "./holidays.ts";
import { nextAfter, type Schedule } from "../schedule.ts";
import { ScheduleInput } from "../schedule-input.ts";
import type { Exceptions } from "./exceptions.ts";

const DAILY_AT_NINE = { kind: "cron", expression: "0 9 * * *", timezone: "Europe/Berlin" } as const;

test.each<[string, Exceptions, string, string[]]>([
  ["a date", { dates: ["2026-12-24"] }, "2026-12-23", ["2026-12-23", "2026-12-25"]],
  [
    "a span with both ends",
    { dates: ["2026-12-24..2027-01-06"] },
    "2026-12-23",
    ["2026-12-23", "2027-01-07"],
  ],
  ["public holidays in Bavaria", { holidays: ["DE-BY"] }, "2026-01-05", ["2026-01-05", "2026-01-07"]],
  ["public holidays in Berlin", { holidays: ["DE-BE"] }, "2026-01-05", ["2026-01-05", "2026-01-06"]],
  ["holidays of two countries", { holidays: ["DE", "FR"] }, "2026-07-13", ["2026-07-13", "2026-07-15"]],
  ["a holiday of several days", { holidays: ["SA"] }, "2026-03-18", ["2026-03-18", "2026-03-23"]],
  [
    "the second weekday of the month",
    { onlyOn: [{ nth: 2, day: "weekday" }] },
    "2026-04-01",
    ["2026-04-02", "2026-05-04"],
  ],
  [
    "the second working day of the month",
    { holidays: ["DE-BY"], onlyOn: [{ nth: 2, day: "working day" }] },
    "2026-05-01",
    ["2026-05-05", "2026-06-02"],
  ],
  [
    "the first and the last working day",
    {
      holidays: ["DE-BY"],
      onlyOn: [
        { nth: 1, day: "working day" },
        { nth: -1, day: "working day" },
      ],
    },
    "2026-12-01",
    ["2026-12-01", "2026-12-31", "2027-01-04"],
  ],
  ["the last Friday", { onlyOn: [{ nth: -1, day: "Friday" }] }, "2026-11-20", ["2026-11-27", "2026-12-25"]],
  [
    "the last Friday unless it is a holiday",
    { holidays: ["DE"], onlyOn: [{ nth: -1, day: "Friday" }] },
    "2026-11-28",
    ["2027-01-29"],
  ],
])("a schedule rests or runs on %s", (...[, except, from, days]) => {
  expect(nextDays({ ...DAILY_AT_NINE, except }, from, days.length)).toEqual(days);
});

test("days are counted in the zone of the line", () => {
  const schedule: Schedule = {
    kind: "oncalendar",
    expression: "00:30 Asia/Tokyo",
    timezone: "UTC",
    except: { dates: ["2026-05-02"] },
  };
  expect(iso(nextAfter(schedule, Date.parse("2026-04-30T20:00Z")))).toBe("2026-05-02T15:30:00.000Z");
});

test("a run that a clock change moves to the first minute of a day is not lost", () => {
  const schedule: Schedule = {
    kind: "cron",
    expression: "30 0 * * *",
    timezone: "America/Santiago",
    except: { dates: ["2026-09-05"] },
  };
  expect(iso(nextAfter(schedule, Date.parse("2026-09-05T00:00Z")))).toBe("2026-09-06T04:00:00.000Z");
});

test.each<[Exceptions, RegExp]>([
  [{ dates: ["2026-02-30"] }, /Write a date as/],
  [{ dates: ["2026-03-02..2026-03-01"] }, /earlier date first/],
  [{ holidays: ["XX"] }, /no holiday calendar/],
  [{ holidays: ["DE-XX"] }, /no holiday calendar/],
  [{ onlyOn: [{ nth: 0, day: "Friday" }] }, /Count the day from 1/],
  [{ onlyOn: [{ nth: 6, day: "Friday" }] }, /would never run/],
])("%o is refused", (except, sentence) => {
  const { error } = ScheduleInput.safeParse({ ...DAILY_AT_NINE, except });
  expect(error?.issues.map((issue) => issue.message)).toEqual([expect.stringMatching(sentence)]);
});

function nextDays(schedule: Schedule, from: string, count: number): string[] {
  const days: string[] = [];
  for (
    let at = nextAfter(schedule, Date.parse(from));
    at !== null && days.length < count;
    at = nextAfter(schedule, at)
  )
    days.push(iso(at).slice(0, 10));
  return days;
}

function iso(instant: number | null): string {
  return instant === null ? "never" : new Date(instant).toISOString();
}

const CHRISTMAS = { kind: "cron", expression: "0 9 25 12 *", timezone: "UTC" } as const;

test("a day that is a holiday each year is looked for in a dozen years, not in a thousand", () => {
  const schedule: Schedule = { ...CHRISTMAS, except: { holidays: ["DE"] } };
  let years: ReadonlyMap<string, number[]> = new Map();
  const asked = () => expect(nextAfter(schedule, Date.parse("2026-12-01"))).toBeNull();
  years = collectHolidays(asked);
  expect(years.size).toBeLessThanOrEqual(12);
  expect(ScheduleInput.safeParse(schedule).error?.issues[0]?.message).toMatch(/would never run/);
});

test("a rare day that some holidays take is found all the same", () => {
  const leapDay: Schedule = {
    ...CHRISTMAS,
    expression: "0 9 29 2 *",
    except: { holidays: ["DE", "US", "FR"] },
  };
  expect(nextDays(leapDay, "2026-12-01", 3)).toEqual(["2028-02-29", "2032-02-29", "2036-02-29"]);
});

test("exceptions that leave nothing are given up after twenty thousand days, whatever the line", () => {
  const dates = Array.from({ length: 100 }, (_, i) => `${2027 + i}-01-01..${2027 + i}-12-30`);
  const schedule: Schedule = { ...CHRISTMAS, expression: "0 9 1 1 *", except: { dates } };
  expect(nextAfter(schedule, Date.parse("2027-01-01"))).toBeNull();
});

test("holidays that another thread has computed are the same ones", () => {
  const schedule: Schedule = { ...DAILY_AT_NINE, except: { holidays: ["CH-GL"] } };
  const days = () => nextDays(schedule, "2026-04-01", 12);
  let before: string[] = [];
  const holidays = collectHolidays(() => (before = days()));
  expect([...holidays.keys()]).toEqual(["CH-GL 2026"]);
  cacheHolidays(structuredClone(holidays));
  expect(days()).toEqual(before);
});
