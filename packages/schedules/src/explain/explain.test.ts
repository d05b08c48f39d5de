import { describe, expect, test } from "vitest";
import type { Schedule } from "../schedule.ts";
import { forecastOf } from "./clock-changes.ts";
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
    [riga("cron", "30 3 * * *"), ["03:30 moved"], ["03:30 once"]],
    [riga("cron", "15,45 3 * * *"), ["03:15 moved", "03:45 moved"], ["03:15 once", "03:45 once"]],
    [riga("cron", "0 2-4 * * *"), ["03:00 skipped"], ["03:00 once"]],
    [riga("cron", "*/30 3 * * *"), ["03:00 skipped", "03:30 skipped"], ["03:00 doubled", "03:30 doubled"]],
    [riga("oncalendar", "hourly"), [], ["03:00 skipped"]],
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

  test("a job by the minute keeps its rhythm", () => {
    const { changes } = explain(riga("cron", "* * * * *"), { from: EVE_OF_SPRING, count: 1 });
    expect(changes.map(({ effect }) => effect)).toEqual([
      "Every run comes as planned.",
      "Every run comes as planned.",
    ]);
  });

  test("a zone without changes has none", () => {
    const schedule: Schedule = { kind: "cron", expression: "0 0 * * *", timezone: "Asia/Tokyo" };
    expect(explain(schedule, { from: EVE_OF_SPRING, count: 1 }).changes).toEqual([]);
  });
});

describe("each scheduler's own way over a clock change is said in sentences", () => {
  test.each<[string, string, string, string]>([
    [
      "debian-cron",
      "30 2 * * *",
      "02:30 runs at 03:00 (UTC+2) instead.",
      "02:30 comes twice and runs once, in the first pass (UTC+2).",
    ],
    [
      "kubernetes",
      "30 2 * * *",
      "02:30 does not run.",
      "02:30 runs twice, at 02:30 (UTC+2) and 02:30 (UTC+1).",
    ],
    [
      "quartz",
      "0 30 2 * * ?",
      "02:30 does not run.",
      "02:30 comes twice and runs once, in the second pass (UTC+1).",
    ],
    [
      "celery",
      "30 2 * * *",
      "02:30 runs at 03:30 (UTC+2) instead.",
      "02:30 comes twice and runs once, in the first pass (UTC+2).",
    ],
    [
      "airflow",
      "30 2 * * *",
      "02:30 runs at 03:30 (UTC+2) instead.",
      "02:30 comes twice and runs once, in the second pass (UTC+1).",
    ],
    [
      "croniter",
      "30 2 * * *",
      "02:30 runs at 03:00 (UTC+2) instead.",
      "02:30 runs twice, at 02:30 (UTC+2) and 02:30 (UTC+1).",
    ],
    [
      "laravel-cron-expression",
      "15,45 2 * * *",
      "02:15 runs at 03:15 (UTC+2) instead and 02:45 runs at 03:45 (UTC+2) instead.",
      "02:15 and 02:45 run twice.",
    ],
    [
      "celery",
      "*/15 * * * *",
      "Every run comes as planned.",
      "02:00, 02:15, 02:30 and 1 more run in the first pass of the repeated hour only (UTC+2).",
    ],
    ["apscheduler", "0 0 * * *", "Mon 2026-03-30 00:00 does not run.", "Every run comes as planned."],
    ["cron-kelektiv", "0 3 * * *", "Every run comes as planned.", "There is one more run, at 02:00 (UTC+1)."],
    ["kubernetes", "@every 90m", "Every run comes as planned.", "Every run comes as planned."],
  ])("%s %j", (scheduler, expression, spring, autumn) => {
    const schedule: Schedule = { kind: "cron", expression, scheduler, timezone: "Europe/Berlin" };
    const { changes } = explain(schedule, { from: EVE_OF_SPRING, count: 1 });
    expect(changes.map(({ effect }) => effect)).toEqual([spring, autumn]);
  });

  test.each<[string, string, string, string]>([
    [
      "America/New_York",
      "supercronic",
      "Sun 2026-11-01: clocks go back from 02:00 to 01:00",
      "01:30 comes twice and runs once, in the first pass (UTC-4).",
    ],
    [
      "Australia/Lord_Howe",
      "kubernetes",
      "Sun 2026-04-05: clocks go back from 02:00 to 01:30",
      "01:30 runs twice, at 01:30 (UTC+11) and 01:30 (UTC+10:30).",
    ],
  ])("%s, %s", (timezone, scheduler, text, effect) => {
    const schedule: Schedule = { kind: "cron", expression: "30 1 * * *", scheduler, timezone };
    const { changes } = explain(schedule, { from: EVE_OF_SPRING, count: 1 });
    expect(changes).toContainEqual(expect.objectContaining({ text, effect }));
  });
});

describe("the forecast", () => {
  const daily = (scheduler: string, expression: string): Schedule => ({
    kind: "cron",
    scheduler,
    expression,
    timezone: "Europe/Berlin",
  });

  test("tells the next clock change where it skips, moves or doubles a run", () => {
    expect(forecastOf(daily("kubernetes", "30 2 * * *"), EVE_OF_SPRING)).toMatchObject({
      at: Date.parse("2026-03-29T01:00Z"),
      effect: "02:30 does not run.",
    });
  });

  test.each<[string, Schedule, string]>([
    ["runs that come as planned", daily("kubernetes", "0 12 * * *"), "2026-03-28T12:00Z"],
    ["a change after the next one", daily("debian-cron", "30 2 * * *"), "2026-04-01T12:00Z"],
    ["an interval", { kind: "interval", everySeconds: 3600 }, "2026-03-28T12:00Z"],
  ])("says nothing of %s", (_, schedule, now) => {
    expect(forecastOf(schedule, Date.parse(now))).toBeNull();
  });
});

function riga(kind: "cron" | "oncalendar", expression: string): Schedule {
  return { kind, expression, timezone: "Europe/Riga" };
}

function textOf(schedule: Schedule): string {
  return explain(schedule, { from: EVE_OF_SPRING, count: 0 }).text;
}
