import { expect, test } from "vitest";
import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../times.ts";

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
      if (times.push(new Date(at).toISOString().replace(":00.000Z", "Z")) >= count) break;
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  return times;
}
