import { expect, test } from "vitest";
import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../schedule.ts";

/** Scheduler, line, zone, start, and the first times that the program itself gives; none where it refuses or gives up. */
const ANSWERS: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  // A step of 1 is no star: every day.
  [
    "supercronic",
    "*/45 4 */1 * 5",
    "Europe/London",
    "2024-03-30T08:20Z",
    ["2024-03-31T03:00Z", "2024-03-31T03:45Z"],
  ],
  [
    "supercronic",
    "00 */12 13 * */1",
    "Australia/Sydney",
    "2025-06-01T09:30Z",
    ["2025-06-01T14:00Z", "2025-06-02T02:00Z"],
  ],
  [
    "hashicorp-nomad",
    "*/7 * 31W * */1",
    "Europe/Dublin",
    "2025-03-29T23:05Z",
    ["2025-03-29T23:07Z", "2025-03-29T23:14Z"],
  ],
  [
    "hashicorp-nomad",
    "15 1 */31 * */1",
    "Pacific/Apia",
    "2011-08-20T21:40Z",
    ["2011-08-21T12:15Z", "2011-08-22T12:15Z"],
  ],
  // It is one here: the other field alone decides.
  [
    "cron-utils-unix",
    "*/45 4 */1 * 5",
    "Europe/London",
    "2024-03-30T08:20Z",
    ["2024-04-05T03:00Z", "2024-04-05T03:45Z"],
  ],
  [
    "cron-utils-unix",
    "15 1 */31 * */1",
    "Pacific/Apia",
    "2011-08-20T21:40Z",
    ["2011-09-01T12:15Z", "2011-10-01T11:15Z"],
  ],
  // The search goes to the end of the fifth year.
  [
    "netresearch-go-cron",
    "30 0 5 1,7 4",
    "America/St_Johns",
    "2024-03-09T21:25Z",
    ["2029-07-05T03:00Z", "2034-01-05T04:00Z"],
  ],
  // Months are passed whole, so that a midnight that the clock skips does not stop the search; days are not.
  [
    "gronx",
    "59 * 24 FEB *",
    "America/Santiago",
    "2025-09-06T18:55Z",
    ["2026-02-24T03:59Z", "2026-02-24T04:59Z"],
  ],
  [
    "gronx",
    "*/20 0 17 */5 *",
    "Atlantic/Azores",
    "2024-03-30T02:30Z",
    ["2024-06-17T00:00Z", "2024-06-17T00:20Z"],
  ],
  ["gronx", "* 12 * * fri", "Atlantic/Azores", "2026-03-28T20:15Z", []],
  ["gronx", "22,2,14 02 31 * *", "Pacific/Apia", "2011-12-18T04:20Z", []],
  // A star with others beside it leaves the weekday given: one of both days is enough.
  [
    "gronx",
    "0 0/1 8 * *,5",
    "America/Asuncion",
    "2023-09-29T22:45Z",
    ["2023-09-29T23:00Z", "2023-09-30T00:00Z"],
  ],
  // A month whose first midnight the clock skips is left for the last day of the month before.
  [
    "gocron",
    "5 * * 3 *",
    "America/Asuncion",
    "2023-06-18T08:15Z",
    ["2024-03-02T02:05Z", "2024-03-02T03:05Z"],
  ],
  // Midnight comes twice, and the day is changed with its time kept: the second one.
  [
    "cron-utils-unix",
    "*/10 */5 * * 7",
    "Atlantic/Azores",
    "2025-10-25T07:55Z",
    ["2025-10-26T01:00Z", "2025-10-26T01:10Z"],
  ],
  [
    "cron-utils-spring53",
    "0 */10 */5 * * 7",
    "Atlantic/Azores",
    "2025-10-25T07:55Z",
    ["2025-10-26T01:00Z", "2025-10-26T01:10Z"],
  ],
  [
    "cron-utils-quartz",
    "0 5 2 26 * ?",
    "Antarctica/Troll",
    "2025-10-03T11:55Z",
    ["2025-10-26T02:05Z", "2025-11-26T02:05Z"],
  ],
  [
    "micronaut",
    "*/10 */5 * * 7",
    "Atlantic/Azores",
    "2025-10-25T07:55Z",
    ["2025-10-26T01:00Z", "2025-10-26T01:10Z"],
  ],
  [
    "micronaut",
    "59 2/6 * * *",
    "Australia/Lord_Howe",
    "2024-10-05T03:35Z",
    ["2024-10-05T04:29Z", "2024-10-05T10:29Z", "2024-10-05T21:59Z"],
  ],
  // L alone in the day of week is its last number.
  [
    "quartz",
    "0 * 2-2 ? * L",
    "Atlantic/Azores",
    "2024-02-25T04:00Z",
    ["2024-03-02T03:00Z", "2024-03-02T03:01Z"],
  ],
  [
    "cron-utils-quartz",
    "0 * 12 ? JAN L",
    "America/New_York",
    "2024-11-02T11:30Z",
    ["2025-01-04T17:00Z", "2025-01-04T17:01Z"],
  ],
  [
    "cron-utils-spring53",
    "0 */15 13,2 1,1 * L",
    "Europe/London",
    "2024-10-26T02:05Z",
    ["2024-12-01T02:00Z", "2024-12-01T02:15Z"],
  ],
  [
    "quartz",
    "0 */10 */5 ? * 0#1",
    "Asia/Kolkata",
    "2026-05-20T22:30Z",
    ["2026-06-05T18:30Z", "2026-06-05T18:40Z"],
  ],
  // Of a working day that is moved forward the first time runs only; where it is moved back, the first may be left out.
  [
    "quartz",
    "0 0 3,15 1W * ?",
    "UTC",
    "2025-10-15T03:00Z",
    ["2025-11-03T03:00Z", "2025-12-01T03:00Z", "2025-12-01T15:00Z"],
  ],
  [
    "quartz",
    "0 0 */6 15W * ?",
    "UTC",
    "2025-11-10T00:00Z",
    ["2025-11-14T06:00Z", "2025-11-14T12:00Z", "2025-11-14T18:00Z", "2025-12-15T00:00Z"],
  ],
  // An hour before the change, and once more behind it.
  [
    "wildfly",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00Z",
    ["2026-03-29T00:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"],
  ],
  // From the last Monday of March to the first day of the next one, a Wednesday.
  ["wildfly", "0 0 * 3 MON", "UTC", "2027-03-28T12:00Z", ["2027-03-29T00:00Z", "2028-03-01T00:00Z"]],
  // Quartz leaves the hour out, and the first pass of an hour that comes twice.
  ["elasticsearch", "0 30 2 * * ?", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:30Z"]],
  [
    "elasticsearch",
    "0 0 * * * ?",
    "Europe/Berlin",
    "2026-10-24T23:30Z",
    ["2026-10-25T00:00Z", "2026-10-25T02:00Z"],
  ],
  ["elasticsearch", "0 0 0 LW * ?", "UTC", "2026-10-24T23:30Z", []],
  ["quartz", "0 0 0 15W * ?", "UTC", "2025-11-10T00:00Z", ["2025-11-14T00:00Z", "2025-12-15T00:00Z"]],
  ["quartz", "0 0 * 30W * ?", "UTC", "2025-11-25T00:00Z", ["2025-11-28T01:00Z", "2025-11-28T02:00Z"]],
  ["quartz", "*/20 53-59/10 */8 31W * ?", "Africa/Cairo", "2024-08-25T01:00Z", ["2024-08-30T05:53Z"]],
  // An hour in a gap is tried once more with the one after it, which a gap of two hours has as well.
  [
    "quartz",
    "0 6-11/10 * ? * 1",
    "Antarctica/Troll",
    "2024-03-30T10:00Z",
    ["2024-03-31T00:06Z", "2024-03-31T02:06Z"],
  ],
  [
    "quartz",
    "0 00 0-3 ? * 5-1",
    "Antarctica/Troll",
    "2026-03-28T06:20Z",
    ["2026-03-29T00:00Z", "2026-04-01T22:00Z"],
  ],
  // The last day of the month is taken whatever the weekday.
  [
    "jobrunr",
    "53,47 12 L * 1/2",
    "Antarctica/Troll",
    "2026-03-29T00:45Z",
    ["2026-03-31T10:47Z", "2026-03-31T10:53Z"],
  ],
  [
    "jobrunr",
    "* * L 5 SAT",
    "Europe/Dublin",
    "2025-03-29T21:20Z",
    ["2025-05-30T23:00Z", "2025-05-30T23:01Z"],
  ],
  ["jobrunr", "9-44 4 */7 * 5L", "UTC", "2026-06-29T14:45Z", []],
  ["jobrunr", "59 3,2 *,13 * 5L", "Atlantic/Azores", "2024-10-26T09:10Z", []],
  // All days are open beside a star only; a count or a working day holds beside the other day field.
  ["croniter", "0 2 28 * FRI#2", "Atlantic/Azores", "2025-03-29T22:15Z", []],
  [
    "croniter",
    "59 12 15-15 1-12 7",
    "Atlantic/Azores",
    "2024-11-09T14:40Z",
    ["2024-11-10T13:59Z", "2024-11-11T13:59Z", "2024-11-12T13:59Z", "2024-11-13T13:59Z"],
  ],
  ["croniter", "31,34,6 * 31W * 0", "America/New_York", "2026-03-07T19:25Z", []],
  [
    "croniter",
    "55-5 23 */1 JAN 1,3,5",
    "Europe/Dublin",
    "2025-03-29T23:00Z",
    ["2026-01-01T23:00Z", "2026-01-01T23:01Z", "2026-01-01T23:02Z", "2026-01-01T23:03Z"],
  ],
  [
    "croniter",
    "* 22-23 1,15 * 3-3",
    "America/Sao_Paulo",
    "2018-11-24T01:40Z",
    ["2018-11-24T01:41Z", "2018-11-24T01:42Z", "2018-11-24T01:43Z", "2018-11-24T01:44Z"],
  ],
  [
    "croniter",
    "45 * 13,31 * */1",
    "Europe/London",
    "2025-10-25T14:25Z",
    ["2025-10-25T14:45Z", "2025-10-25T15:45Z", "2025-10-25T16:45Z", "2025-10-25T17:45Z"],
  ],
  [
    "croniter",
    "* 0-23 */2 * 0-7",
    "Australia/Lord_Howe",
    "2025-10-30T07:05Z",
    ["2025-10-30T13:00Z", "2025-10-30T13:01Z", "2025-10-30T13:02Z", "2025-10-30T13:03Z"],
  ],
  [
    "croniter",
    "*/25 1 */3 * 1-7",
    "Pacific/Apia",
    "2011-07-18T23:45Z",
    ["2011-07-19T12:00Z", "2011-07-19T12:25Z", "2011-07-19T12:50Z", "2011-07-22T12:00Z"],
  ],
  [
    "airflow",
    "*/45 4 */1 * 5",
    "Europe/London",
    "2024-03-30T08:20Z",
    ["2024-03-31T03:00Z", "2024-03-31T03:45Z", "2024-04-01T03:00Z", "2024-04-01T03:45Z"],
  ],
  ["airflow", "27/5 1-4 1W * 7", "Europe/London", "2025-02-14T21:30Z", []],
  [
    "airflow",
    "00 */12 13 * */1",
    "Australia/Sydney",
    "2025-06-01T09:30Z",
    ["2025-06-01T14:00Z", "2025-06-02T02:00Z", "2025-06-02T14:00Z", "2025-06-03T02:00Z"],
  ],
  [
    "airflow",
    "5 * 15-15 * 7",
    "America/St_Johns",
    "2025-11-01T04:45Z",
    ["2025-11-01T05:35Z", "2025-11-01T06:35Z", "2025-11-01T07:35Z", "2025-11-01T08:35Z"],
  ],
  [
    "croniter6-pytz",
    "*/45 4 */1 * 5",
    "Europe/London",
    "2024-03-30T08:20Z",
    ["2024-03-31T03:00Z", "2024-03-31T03:45Z", "2024-04-01T03:00Z", "2024-04-01T03:45Z"],
  ],
  [
    "croniter6-pytz",
    "00 */12 13 * */1",
    "Australia/Sydney",
    "2025-06-01T09:30Z",
    ["2025-06-01T14:00Z", "2025-06-02T02:00Z", "2025-06-02T14:00Z", "2025-06-03T02:00Z"],
  ],
  [
    "croniter6-pytz",
    "5 * 15-15 * 7",
    "America/St_Johns",
    "2025-11-01T04:45Z",
    ["2025-11-01T05:35Z", "2025-11-01T06:35Z", "2025-11-01T07:35Z", "2025-11-01T08:35Z"],
  ],
  // As croniter; a line of every hour by minutes that pass; in a gap moved on by what is saved an hour later.
  ["dagster", "0 2 28 * FRI#2", "Atlantic/Azores", "2025-03-29T22:15Z", []],
  [
    "dagster",
    "*/25 02 * * *",
    "Antarctica/Troll",
    "2026-03-28T08:15Z",
    ["2026-03-29T02:00Z", "2026-03-30T00:00Z", "2026-03-30T00:25Z", "2026-03-30T00:50Z"],
  ],
  [
    "dagster",
    "*/45 2/6 * * *",
    "Antarctica/Troll",
    "2025-03-29T22:05Z",
    ["2025-03-30T02:00Z", "2025-03-30T06:00Z", "2025-03-30T06:45Z", "2025-03-30T12:00Z"],
  ],
  [
    "dagster",
    "* 1-4 1-7 * 0",
    "Antarctica/Troll",
    "2025-03-29T03:40Z",
    ["2025-03-30T01:00Z", "2025-03-30T02:00Z", "2025-03-30T02:01Z", "2025-03-30T02:02Z"],
  ],
  [
    "dagster",
    "21-44/11 0-23 * * *",
    "America/Asuncion",
    "2024-03-24T00:45Z",
    ["2024-03-24T01:21Z", "2024-03-24T01:32Z", "2024-03-24T01:43Z", "2024-03-24T02:21Z"],
  ],
  [
    "dagster",
    "59 0-23 * * *",
    "America/Los_Angeles",
    "2026-03-08T07:45Z",
    ["2026-03-08T07:59Z", "2026-03-08T08:59Z", "2026-03-08T09:59Z", "2026-03-08T10:59Z"],
  ],
  [
    "dagster",
    "24-25/12 23 */31 * 1-7",
    "America/New_York",
    "2024-03-10T06:40Z",
    ["2024-04-02T03:24Z", "2024-05-02T03:24Z", "2024-06-02T03:24Z", "2024-07-02T03:24Z"],
  ],
  // A count holds for the days of month too.
  ["node-schedule", "@annually", "Antarctica/Troll", "2024-10-25T00:50Z", []],
  [
    "node-schedule",
    "0 2 28 * FRI#2",
    "Atlantic/Azores",
    "2025-03-29T22:15Z",
    ["2025-04-11T02:00Z", "2025-05-09T02:00Z", "2025-06-13T02:00Z", "2025-07-11T02:00Z"],
  ],
  [
    "node-schedule",
    "33,30,43 23 1-31/2 * 5#2",
    "America/Asuncion",
    "2023-03-25T22:15Z",
    ["2023-04-10T03:30Z", "2023-04-10T03:33Z", "2023-04-10T03:43Z", "2023-04-12T03:30Z"],
  ],
  [
    "node-schedule",
    "*/45 */4 1,2,3 3-10 5#5",
    "Europe/London",
    "2024-10-25T21:15Z",
    ["2025-05-29T23:00Z", "2025-05-29T23:45Z", "2025-05-30T03:00Z", "2025-05-30T03:45Z"],
  ],
  [
    "node-schedule",
    "0 * L * 0#1",
    "Australia/Sydney",
    "2025-02-10T21:20Z",
    ["2025-03-01T13:00Z", "2025-03-01T14:00Z", "2025-03-01T15:00Z", "2025-03-01T16:00Z"],
  ],
  [
    "node-schedule",
    "*/45 12,13,7 L * FRI#2",
    "Asia/Tehran",
    "2019-03-20T15:20Z",
    ["2019-04-12T02:30Z", "2019-04-12T03:15Z", "2019-04-12T07:30Z", "2019-04-12T08:15Z"],
  ],
  // The second pass comes right after the first.
  ["rust-cron", "@annually", "America/St_Johns", "2026-02-10T14:15Z", []],
  [
    "rust-cron",
    "15,45 30 0-3 * * 1-7/2",
    "Europe/Dublin",
    "2024-10-26T04:10Z",
    ["2024-10-26T23:30:15Z", "2024-10-26T23:30:45Z", "2024-10-27T00:30:15Z", "2024-10-27T01:30:15Z"],
  ],
  [
    "rust-cron",
    "0 */15 * * * *",
    "Atlantic/Azores",
    "2025-10-25T23:15Z",
    ["2025-10-25T23:30Z", "2025-10-25T23:45Z", "2025-10-26T00:00Z", "2025-10-26T01:00Z"],
  ],
  // A step or a star in a field of one value counts elapsed time.
  [
    "croner",
    "10-10/5 1 * * *",
    "Europe/Dublin",
    "2026-03-28T19:10Z",
    ["2026-03-30T00:10Z", "2026-03-31T00:10Z", "2026-04-01T00:10Z", "2026-04-02T00:10Z"],
  ],
  [
    "croner",
    "*/60 2-2 * 3 *",
    "America/St_Johns",
    "2026-03-07T18:30Z",
    ["2026-03-09T04:30Z", "2026-03-10T04:30Z", "2026-03-11T04:30Z", "2026-03-12T04:30Z"],
  ],
  [
    "rust-croner",
    "1 */8 28 9 L",
    "Australia/Lord_Howe",
    "2024-10-04T10:05Z",
    ["2025-09-27T13:31Z", "2025-09-27T21:31Z", "2025-09-28T05:31Z", "2026-09-27T13:31Z"],
  ],
  [
    "rust-croner",
    "10-10/5 1 * * *",
    "Europe/Dublin",
    "2026-03-28T19:10Z",
    ["2026-03-30T00:10Z", "2026-03-31T00:10Z", "2026-04-01T00:10Z", "2026-04-02T00:10Z"],
  ],
  [
    "rust-croner",
    "6-46/19 1-4 1,2,3 * L",
    "Europe/Berlin",
    "2025-05-27T00:10Z",
    ["2025-05-31T23:06Z", "2025-05-31T23:25Z", "2025-05-31T23:44Z", "2025-06-01T00:06Z"],
  ],
  [
    "rust-croner",
    "*/60 2-2 * 3 *",
    "America/St_Johns",
    "2026-03-07T18:30Z",
    ["2026-03-09T04:30Z", "2026-03-10T04:30Z", "2026-03-11T04:30Z", "2026-03-12T04:30Z"],
  ],
  // A line with seconds counts elapsed time.
  [
    "cronsim",
    "*/20 15 0-3 2 * 7/1",
    "America/Sao_Paulo",
    "2018-11-03T00:05Z",
    ["2018-11-04T03:15Z", "2018-11-04T03:15:20Z", "2018-11-04T03:15:40Z", "2018-11-04T04:15Z"],
  ],
  [
    "cronsim",
    "15,45 44-50 */6 * JAN-MAR MON-FRI",
    "Antarctica/Troll",
    "2024-03-30T19:45Z",
    ["2025-01-01T00:44:15Z", "2025-01-01T00:44:45Z", "2025-01-01T00:45:15Z", "2025-01-01T00:45:45Z"],
  ],
  [
    "dagster",
    "15 * * * *",
    "Australia/Lord_Howe",
    "2025-09-17T17:35Z",
    ["2025-09-17T18:15Z", "2025-09-17T19:15Z"],
  ],
  // The offset of the moment of asking, which is that of today, is tried first.
  [
    "cron-kelektiv",
    "15 0 * * *",
    "Pacific/Apia",
    "2011-09-23T22:00Z",
    ["2011-09-24T11:15Z", "2011-09-25T11:15Z", "2011-09-26T10:15Z"],
  ],
  [
    "cron-kelektiv",
    "0 */4 * * 6",
    "Pacific/Apia",
    "2011-09-23T17:30Z",
    ["2011-09-24T11:00Z", "2011-09-24T15:00Z", "2011-09-24T19:00Z"],
  ],
  // What stands behind a name is dropped.
  [
    "celery",
    "15 * * * FRI#2",
    "Atlantic/Azores",
    "2025-03-29T03:00Z",
    ["2025-04-04T00:15Z", "2025-04-04T01:15Z"],
  ],
  // A clock change on the way to the next month is overshot.
  [
    "apscheduler",
    "41,7,27 2/6 * JAN *",
    "Pacific/Apia",
    "2011-09-11T09:40Z",
    ["2012-01-01T12:07Z", "2012-01-01T12:27Z"],
  ],
  [
    "apscheduler",
    "30 0 1 * *",
    "Europe/Berlin",
    "2026-03-20T11:00Z",
    ["2026-04-30T22:30Z", "2026-05-31T22:30Z"],
  ],
  // Of days that run backwards the first alone counts.
  [
    "cron-utils-spring53",
    "0 * 2 28-2 1,7 *",
    "America/Santiago",
    "2024-09-08T01:50Z",
    ["2025-01-28T05:00Z", "2025-01-28T05:01Z"],
  ],
  // March is 3, in the field of weekdays as well.
  ["bullmq", "*/15 12 11 mar", "America/Asuncion", "2023-05-16T19:25Z", ["2023-11-01T03:00Z"]],
  ["cron-parser", "*/15 12 11 mar", "America/Asuncion", "2023-05-16T19:25Z", []],
  // With a star among its days the line is no hourly one, and with the last day no daily one.
  [
    "dagster",
    "5-28 * *,13 * *",
    "Australia/Lord_Howe",
    "2025-10-03T12:00Z",
    ["2025-10-03T12:35Z", "2025-10-03T12:36Z"],
  ],
  [
    "dagster",
    "52-56/15 23 L * SUN-SAT",
    "America/Asuncion",
    "2023-03-25T01:15Z",
    ["2023-03-25T02:52Z", "2023-03-26T03:52Z"],
  ],
  // After the gap it makes up six in a minute.
  [
    "debian-cron",
    "11-50 2 * * *",
    "America/New_York",
    "2025-03-08T15:00Z",
    [0, 1, 2, 3, 4, 5, 6].map((minute) => `2025-03-09T07:0${minute}Z`).concat("2025-03-10T06:11Z"),
  ],
  // From 21 February it goes on by the ten days to the 31st.
  [
    "croniter6",
    "1 02 */10 * *",
    "America/Santiago",
    "2025-02-04T21:45Z",
    ["2025-02-11T05:01Z", "2025-02-21T05:01Z", "2025-03-11T05:01Z"],
  ],
  ["croniter6", "1 2 1,31 * 1", "UTC", "2026-02-20T00:00Z", ["2026-02-23T02:01Z", "2026-03-02T02:01Z"]],
  ["croniter6", "1 2 1,31 * *", "UTC", "2028-02-20T00:00Z", ["2028-03-31T02:01Z"]],
  ["croniter", "1 2 1,31 * *", "UTC", "2026-02-20T00:00Z", ["2026-03-01T02:01Z"]],
  ["croniter6", "0 1 0-5/2 * * 0", "UTC", "2026-01-01T00:00Z", ["2026-01-01T01:00Z", "2026-01-03T01:00Z"]],
];

test.each(ANSWERS)(
  "%s reads “%s” in %s from %s on as the program does",
  (scheduler, expression, timezone, after, wanted) => {
    expect(firstTimes({ scheduler, expression, timezone }, after, Math.max(wanted.length, 1))).toEqual(
      wanted,
    );
  },
);

function firstTimes(
  line: { scheduler: string; expression: string; timezone: string },
  after: string,
  count: number,
): string[] {
  const times: string[] = [];
  try {
    for (const at of timesAfter({ kind: "cron", ...line }, Date.parse(after)))
      if (times.push(new Date(at).toISOString().replace(/(?::00)?\.000Z$/, "Z")) >= count) break;
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  return times;
}
