import { describe, expect, test } from "vitest";
import type { Schedule } from "../schedule.ts";
import { explain } from "./explain.ts";

const EVE_OF_SPRING = Date.parse("2026-03-28T12:00Z");

test.each([
  ["30 2 * * *", "Every day at 02:30"],
  ["0 9,17 * * *", "Every day at 09:00 and 17:00"],
  ["* * * * *", "Every minute"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["0,15,30,45 * * * *", "Every 15 minutes"],
  ["5,20,35,50 * * * *", "At minute 5, 20, 35 and 50 past every hour"],
  ["30 * * * *", "At minute 30 past every hour"],
  ["*/7 * * * *", "At minute 0 to 56 in steps of 7 past every hour"],
  ["0 */2 * * *", "At minute 0 past every second hour"],
  ["* 5 * * *", "Every minute from 05:00 to 05:59"],
  ["*/10 9-17 * * 1-5", "Every 10 minutes from 09:00 to 17:59, Monday to Friday"],
  ["5,10 1,2,3,7 * * *", "At minute 5 and 10 past hours 1 to 3 and 7"],
  ["0 0 * * 6,0", "Every Saturday and Sunday at 00:00"],
  ["0 0 * * 0-7", "Every day at 00:00"],
  ["0 0 1,15 * *", "On the 1st and 15th of the month at 00:00"],
  ["0 0 */2 * *", "On every 2nd day from the 1st to the 31st of the month at 00:00"],
  ["0 0 L * *", "On the last day of the month at 00:00"],
  ["0 0 LW 3 *", "On the last weekday of March at 00:00"],
  ["0 4 * * MON#2", "On the second Monday of the month at 04:00"],
  ["0 4 * * 5L", "On the last Friday of the month at 04:00"],
  ["0 0 1 1 *", "On the 1st of January at 00:00"],
  ["0 0 * 1,6 *", "Every day in January and June at 00:00"],
  ["0 0 13 * FRI", "On the 13th of the month and every Friday at 00:00"],
  ["0 0 29 2 MON#5", "In February, on the 29th of the month and on the fifth Monday of the month at 00:00"],
  ["0 0 */9 * MON", "At 00:00 on the 1st, 10th, 19th and 28th of the month if it is a Monday"],
  ["0 0 1-31 * 1", "Every day at 00:00"],
  ["30 2 * * *\n0 14 * * 1", "Every day at 02:30; every Monday at 14:00"],
])("cron %j reads: %s", (expression, text) => {
  const timezone = "Europe/Berlin";
  expect(textOf({ kind: "cron", expression, scheduler: "cronsim", timezone })).toBe(`${text}, Europe/Berlin`);
});

test.each([
  ["debian-cron", "0 4 * * FRI#2", "Every Friday at 04:00"],
  ["apscheduler", "0 9 * * 1-5", "Tuesday to Saturday at 09:00"],
  ["quartz", "0 0 9 ? * 2-6", "Monday to Friday at 09:00"],
  ["kubernetes", "0 0 13 * 5", "On the 13th of the month and every Friday at 00:00"],
  ["celery", "0 0 13 * 5", "At 00:00 on the 13th of the month if it is a Friday"],
  ["busybox", "0 0 * * 7", "Every day at 00:00"],
  ["spring", "0 0 0 15W * *", "On the weekday nearest to the 15th of the month at 00:00"],
  ["quartz", "0 0 0 L-3 * ?", "On the fourth to last day of the month at 00:00"],
  ["systemd-cron", "0 0 1 DEC *", "On the 1st of November at 00:00"],
  ["kubernetes", "@every 90m", "Every 1 hour 30 minutes from the last start"],
])("%s reads %j so: %s", (scheduler, expression, text) => {
  expect(textOf({ kind: "cron", expression, scheduler, timezone: "UTC" })).toBe(`${text}, UTC`);
});

test.each([
  ["daily", "Every day at 00:00"],
  ["hourly", "At minute 0 past every hour"],
  ["Mon..Fri 02:30", "Monday to Friday at 02:30"],
  ["*-*~1 03:00", "On the last day of the month at 03:00"],
  ["*-*~9/5 00:00", "On the fourth to last day and the 9th to last day of the month at 00:00"],
  ["Sat,Sun *-*-1..7 18:00", "At 18:00 on the 1st to 7th of the month if it is a Saturday or a Sunday"],
  ["2027-*-01", "On the 1st of every month in 2027 at 00:00"],
  ["2025/2-06-01", "On the 1st of June every 2nd year from 2025 to 2199 at 00:00"],
  ["quarterly", "On the 1st of January, April, July and October at 00:00"],
  ["*:0/10", "Every 10 minutes"],
  ["*:*:*", "Every second"],
  ["*:05:*", "Every second of minute 5 past every hour"],
  ["*:*:0/10", "At second 0, 10, 20, 30, 40 and 50, every minute"],
  ["12:00:30", "Every day at 12:00:30"],
  ["00:00:00.25", "Every day at 00:00:00.25"],
])("OnCalendar %j reads: %s", (expression, text) => {
  expect(textOf({ kind: "oncalendar", expression, timezone: "UTC" })).toBe(`${text}, UTC`);
});

test("each line names its zone where they differ", () => {
  expect(
    textOf({ kind: "oncalendar", expression: "Mon..Fri 02:30\nSat 05:00 UTC", timezone: "Europe/Riga" }),
  ).toBe("Monday to Friday at 02:30, Europe/Riga; every Saturday at 05:00, UTC");
});

test.each([
  [60, "Every minute"],
  [300, "Every 5 minutes"],
  [3600, "Every hour"],
  [129_600, "Every 1 day 12 hours"],
])("an interval of %i s reads: %s", (everySeconds, text) => {
  expect(textOf({ kind: "interval", everySeconds })).toBe(text);
});

test("exceptions are said after the times", () => {
  const except = {
    dates: ["2026-12-24..2027-01-02"],
    holidays: ["DE-BY"],
    onlyOn: [{ nth: 2, day: "working day" as const }],
  };
  expect(textOf({ kind: "cron", expression: "0 9 * * *", timezone: "Europe/Berlin", except })).toBe(
    "Every day at 09:00, Europe/Berlin; only on the second working day of the month; " +
      "not on public holidays in DE-BY; not on 2026-12-24 to 2027-01-02",
  );
});

test("next times carry their offset, and change it with the clock", () => {
  const { next } = explain(riga("cron", "30 3 * * *"), { from: EVE_OF_SPRING - 86_400_000, count: 3 });
  expect(next.map(({ local }) => local)).toEqual([
    "Sat 2026-03-28 03:30 (UTC+2)",
    "Sun 2026-03-29 04:00 (UTC+3)",
    "Mon 2026-03-30 03:30 (UTC+3)",
  ]);
});

describe("the next two clock changes say what they do", () => {
  test.each<[Schedule, string[], string[]]>([
    [riga("cron", "30 3 * * *"), ["03:30 moved"], []],
    [riga("cron", "15,45 3 * * *"), ["03:15 moved", "03:45 skipped"], []],
    [riga("cron", "0 2-4 * * *"), ["03:00 skipped"], []],
    [riga("cron", "*/30 3 * * *"), ["03:00 skipped", "03:30 skipped"], ["03:00 doubled", "03:30 doubled"]],
    [riga("oncalendar", "hourly"), ["03:00 skipped"], []],
    [riga("oncalendar", "12:00"), [], []],
  ])("%o", (schedule, spring, autumn) => {
    const { changes } = explain(schedule, { from: EVE_OF_SPRING, count: 1 });
    expect(changes.map(({ text }) => text)).toEqual([
      "Sun 2026-03-29: clocks go forward from 03:00 to 04:00",
      "Sun 2026-10-25: clocks go back from 04:00 to 03:00",
    ]);
    const marks = changes.map(({ affected }) =>
      affected.map(({ local, mark }) => `${local.slice(-5)} ${mark}`),
    );
    expect(marks).toEqual([spring, autumn]);
  });

  test("a job by the minute lists a few and counts the rest", () => {
    const { changes } = explain(riga("cron", "* * * * *"), { from: EVE_OF_SPRING, count: 1 });
    expect(changes.map(({ affected, affectedCount }) => [affected.length, affectedCount])).toEqual([
      [10, 60],
      [10, 60],
    ]);
  });

  test("a zone without changes has none", () => {
    const schedule: Schedule = { kind: "cron", expression: "0 0 * * *", timezone: "Asia/Tokyo" };
    expect(explain(schedule, { from: EVE_OF_SPRING, count: 1 }).changes).toEqual([]);
  });
});

function riga(kind: "cron" | "oncalendar", expression: string): Schedule {
  return { kind, expression, timezone: "Europe/Riga" };
}

function textOf(schedule: Schedule): string {
  return explain(schedule, { from: EVE_OF_SPRING, count: 0 }).text;
}
