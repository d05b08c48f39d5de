import { expect, test } from "vitest";
import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../times.ts";

/** A scheduler, a line with its zone and the moment of asking in UTC, and the times that the program itself gave; none where it fails. */
const ANSWERS: readonly (readonly [string, string, string])[] = [
  ["croniter", "0 2 28 * FRI#2 | Atlantic/Azores | 2025-03-29T22:15", ""],
  [
    "croniter",
    "59 12 15-15 1-12 7 | Atlantic/Azores | 2024-11-09T14:40",
    "2024-11-10T13:59 2024-11-11T13:59 2024-11-12T13:59 2024-11-13T13:59",
  ],
  ["croniter", "31,34,6 * 31W * 0 | America/New_York | 2026-03-07T19:25", ""],
  [
    "croniter",
    "55-5 23 */1 JAN 1,3,5 | Europe/Dublin | 2025-03-29T23:00",
    "2026-01-01T23:00 2026-01-01T23:01 2026-01-01T23:02 2026-01-01T23:03",
  ],
  [
    "croniter",
    "* 22-23 1,15 * 3-3 | America/Sao_Paulo | 2018-11-24T01:40",
    "2018-11-24T01:41 2018-11-24T01:42 2018-11-24T01:43 2018-11-24T01:44",
  ],
  [
    "croniter",
    "45 * 13,31 * */1 | Europe/London | 2025-10-25T14:25",
    "2025-10-25T14:45 2025-10-25T15:45 2025-10-25T16:45 2025-10-25T17:45",
  ],
  [
    "croniter",
    "* 0-23 */2 * 0-7 | Australia/Lord_Howe | 2025-10-30T07:05",
    "2025-10-30T13:00 2025-10-30T13:01 2025-10-30T13:02 2025-10-30T13:03",
  ],
  [
    "croniter",
    "*/25 1 */3 * 1-7 | Pacific/Apia | 2011-07-18T23:45",
    "2011-07-19T12:00 2011-07-19T12:25 2011-07-19T12:50 2011-07-22T12:00",
  ],
  [
    "airflow",
    "*/45 4 */1 * 5 | Europe/London | 2024-03-30T08:20",
    "2024-03-31T03:00 2024-03-31T03:45 2024-04-01T03:00 2024-04-01T03:45",
  ],
  ["airflow", "27/5 1-4 1W * 7 | Europe/London | 2025-02-14T21:30", ""],
  [
    "airflow",
    "00 */12 13 * */1 | Australia/Sydney | 2025-06-01T09:30",
    "2025-06-01T14:00 2025-06-02T02:00 2025-06-02T14:00 2025-06-03T02:00",
  ],
  [
    "airflow",
    "5 * 15-15 * 7 | America/St_Johns | 2025-11-01T04:45",
    "2025-11-01T05:35 2025-11-01T06:35 2025-11-01T07:35 2025-11-01T08:35",
  ],
  [
    "croniter6-pytz",
    "*/45 4 */1 * 5 | Europe/London | 2024-03-30T08:20",
    "2024-03-31T03:00 2024-03-31T03:45 2024-04-01T03:00 2024-04-01T03:45",
  ],
  [
    "croniter6-pytz",
    "00 */12 13 * */1 | Australia/Sydney | 2025-06-01T09:30",
    "2025-06-01T14:00 2025-06-02T02:00 2025-06-02T14:00 2025-06-03T02:00",
  ],
  [
    "croniter6-pytz",
    "5 * 15-15 * 7 | America/St_Johns | 2025-11-01T04:45",
    "2025-11-01T05:35 2025-11-01T06:35 2025-11-01T07:35 2025-11-01T08:35",
  ],
  ["dagster", "0 2 28 * FRI#2 | Atlantic/Azores | 2025-03-29T22:15", ""],
  [
    "dagster",
    "*/25 02 * * * | Antarctica/Troll | 2026-03-28T08:15",
    "2026-03-29T02:00 2026-03-30T00:00 2026-03-30T00:25 2026-03-30T00:50",
  ],
  [
    "dagster",
    "*/45 2/6 * * * | Antarctica/Troll | 2025-03-29T22:05",
    "2025-03-30T02:00 2025-03-30T06:00 2025-03-30T06:45 2025-03-30T12:00",
  ],
  [
    "dagster",
    "* 1-4 1-7 * 0 | Antarctica/Troll | 2025-03-29T03:40",
    "2025-03-30T01:00 2025-03-30T02:00 2025-03-30T02:01 2025-03-30T02:02",
  ],
  [
    "dagster",
    "21-44/11 0-23 * * * | America/Asuncion | 2024-03-24T00:45",
    "2024-03-24T01:21 2024-03-24T01:32 2024-03-24T01:43 2024-03-24T02:21",
  ],
  [
    "dagster",
    "59 0-23 * * * | America/Los_Angeles | 2026-03-08T07:45",
    "2026-03-08T07:59 2026-03-08T08:59 2026-03-08T09:59 2026-03-08T10:59",
  ],
  [
    "dagster",
    "24-25/12 23 */31 * 1-7 | America/New_York | 2024-03-10T06:40",
    "2024-04-02T03:24 2024-05-02T03:24 2024-06-02T03:24 2024-07-02T03:24",
  ],
  ["node-schedule", "@annually | Antarctica/Troll | 2024-10-25T00:50", ""],
  [
    "node-schedule",
    "0 2 28 * FRI#2 | Atlantic/Azores | 2025-03-29T22:15",
    "2025-04-11T02:00 2025-05-09T02:00 2025-06-13T02:00 2025-07-11T02:00",
  ],
  [
    "node-schedule",
    "33,30,43 23 1-31/2 * 5#2 | America/Asuncion | 2023-03-25T22:15",
    "2023-04-10T03:30 2023-04-10T03:33 2023-04-10T03:43 2023-04-12T03:30",
  ],
  [
    "node-schedule",
    "*/45 */4 1,2,3 3-10 5#5 | Europe/London | 2024-10-25T21:15",
    "2025-05-29T23:00 2025-05-29T23:45 2025-05-30T03:00 2025-05-30T03:45",
  ],
  [
    "node-schedule",
    "0 * L * 0#1 | Australia/Sydney | 2025-02-10T21:20",
    "2025-03-01T13:00 2025-03-01T14:00 2025-03-01T15:00 2025-03-01T16:00",
  ],
  [
    "node-schedule",
    "*/45 12,13,7 L * FRI#2 | Asia/Tehran | 2019-03-20T15:20",
    "2019-04-12T02:30 2019-04-12T03:15 2019-04-12T07:30 2019-04-12T08:15",
  ],
  ["rust-cron", "@annually | America/St_Johns | 2026-02-10T14:15", ""],
  [
    "rust-cron",
    "15,45 30 0-3 * * 1-7/2 | Europe/Dublin | 2024-10-26T04:10",
    "2024-10-26T23:30:15 2024-10-26T23:30:45 2024-10-27T00:30:15 2024-10-27T01:30:15",
  ],
  [
    "rust-cron",
    "0 */15 * * * * | Atlantic/Azores | 2025-10-25T23:15",
    "2025-10-25T23:30 2025-10-25T23:45 2025-10-26T00:00 2025-10-26T01:00",
  ],
  [
    "croner",
    "10-10/5 1 * * * | Europe/Dublin | 2026-03-28T19:10",
    "2026-03-30T00:10 2026-03-31T00:10 2026-04-01T00:10 2026-04-02T00:10",
  ],
  [
    "croner",
    "*/60 2-2 * 3 * | America/St_Johns | 2026-03-07T18:30",
    "2026-03-09T04:30 2026-03-10T04:30 2026-03-11T04:30 2026-03-12T04:30",
  ],
  [
    "rust-croner",
    "1 */8 28 9 L | Australia/Lord_Howe | 2024-10-04T10:05",
    "2025-09-27T13:31 2025-09-27T21:31 2025-09-28T05:31 2026-09-27T13:31",
  ],
  [
    "rust-croner",
    "10-10/5 1 * * * | Europe/Dublin | 2026-03-28T19:10",
    "2026-03-30T00:10 2026-03-31T00:10 2026-04-01T00:10 2026-04-02T00:10",
  ],
  [
    "rust-croner",
    "6-46/19 1-4 1,2,3 * L | Europe/Berlin | 2025-05-27T00:10",
    "2025-05-31T23:06 2025-05-31T23:25 2025-05-31T23:44 2025-06-01T00:06",
  ],
  [
    "rust-croner",
    "*/60 2-2 * 3 * | America/St_Johns | 2026-03-07T18:30",
    "2026-03-09T04:30 2026-03-10T04:30 2026-03-11T04:30 2026-03-12T04:30",
  ],
  [
    "cronsim",
    "*/20 15 0-3 2 * 7/1 | America/Sao_Paulo | 2018-11-03T00:05",
    "2018-11-04T03:15 2018-11-04T03:15:20 2018-11-04T03:15:40 2018-11-04T04:15",
  ],
  [
    "cronsim",
    "15,45 44-50 */6 * JAN-MAR MON-FRI | Antarctica/Troll | 2024-03-30T19:45",
    "2025-01-01T00:44:15 2025-01-01T00:44:45 2025-01-01T00:45:15 2025-01-01T00:45:45",
  ],
  ["dagster", "15 * * * * | Australia/Lord_Howe | 2025-09-17T17:35", "2025-09-17T18:15 2025-09-17T19:15"],
];

test.each(ANSWERS)("%s starts %s when the program itself does", (scheduler, question, times) => {
  const [expression = "", timezone = "", after = ""] = question.split(" | ");
  const wanted = times === "" ? [] : times.split(" ").map(instantOf);
  expect(timesOf({ scheduler, expression, timezone }, instantOf(after), wanted.length)).toEqual(wanted);
});

function instantOf(text: string): number {
  return Date.parse(`${text}Z`);
}

function timesOf(
  line: { scheduler: string; expression: string; timezone: string },
  after: number,
  count: number,
): number[] {
  const times: number[] = [];
  try {
    for (const at of timesAfter({ kind: "cron", ...line }, after)) {
      times.push(at);
      if (times.length >= count) break;
    }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  return times;
}
