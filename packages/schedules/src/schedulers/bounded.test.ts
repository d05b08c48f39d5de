import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScheduleError } from "../schedule-error.ts";
import { nextAfter, timesAfter } from "../schedule.ts";
import { type Instant, HOUR_MS } from "../time.ts";
import { SCHEDULERS } from "./index.ts";

const TIMES_MAX = 4;

/** A lost day, changes at midnight, by half an hour, by two hours, over two days of a month, and in the other direction. */
const CHANGES: readonly (readonly [string, string])[] = [
  ["Pacific/Apia", "2011-12-30T10:00Z"],
  ["Pacific/Apia", "2012-03-31T14:00Z"],
  ["Pacific/Kwajalein", "1993-08-21T12:00Z"],
  ["Pacific/Kiritimati", "1995-01-01T10:00Z"],
  ["Australia/Lord_Howe", "2024-10-05T15:30Z"],
  ["Australia/Lord_Howe", "2025-04-05T15:00Z"],
  ["Asia/Beirut", "2025-03-29T22:00Z"],
  ["Asia/Beirut", "2025-10-25T21:00Z"],
  ["Atlantic/Azores", "2025-03-30T01:00Z"],
  ["Atlantic/Azores", "2025-10-26T01:00Z"],
  ["Antarctica/Troll", "2026-03-29T01:00Z"],
  ["Antarctica/Troll", "2025-10-26T01:00Z"],
  ["America/Sao_Paulo", "2018-11-04T03:00Z"],
  ["America/Santiago", "2025-09-07T04:00Z"],
  ["Africa/Cairo", "2025-04-24T22:00Z"],
  ["Africa/Casablanca", "2025-02-23T02:00Z"],
  ["Asia/Tehran", "2022-03-21T20:30Z"],
  ["Pacific/Chatham", "2025-09-27T14:00Z"],
];

const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: 1, max }).map((step) => `*/${step}`),
    number(min, max),
    fc.uniqueArray(number(min, max), { minLength: 2, maxLength: 3 }).map((all) => all.join(",")),
    fc.tuple(number(min, max), number(min, max)).map((ends) => ends.join("-")),
  );
const DAY_WORDS = ["L", "LW", "31W", "1W", "15W", "L-3", "30", "31"];
const WEEKDAY_WORDS = ["5L", "L", "6#5", "FRI#2", "FRIL", "0#1"];
const fields = fc.record({
  minute: field(0, 59),
  hour: fc.oneof(field(0, 23), fc.constantFrom("0", "2", "22-23")),
  day: fc.oneof(field(1, 31), fc.constantFrom(...DAY_WORDS)),
  month: field(1, 12),
  weekday: fc.oneof(field(0, 6), fc.constantFrom(...WEEKDAY_WORDS)),
});
const starts = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -96 * 12, max: 30 * 12 }))
  .map(([[timezone, change], steps]) => ({ timezone, after: Date.parse(change) + (steps / 12) * HOUR_MS }));

describe.each(SCHEDULERS.map((scheduler) => [scheduler.id, scheduler] as const))("%s", (id, { rules }) => {
  test("ends its search for any line near any clock change", () => {
    fc.assert(
      fc.property(fields, starts, fc.boolean(), (line, { timezone, after }, isOneDay) => {
        const days = isOneDay ? ["?", line.month, line.weekday] : [line.day, line.month, "?"];
        const rest = rules.days.both === "refused" ? days : [line.day, line.month, line.weekday];
        const seconds = rules.layouts[0]?.[0] === "second" ? ["0"] : [];
        const expression = [...seconds, line.minute, line.hour, ...rest].join(" ");
        const times = timesOrRefused({ expression, scheduler: id, timezone }, after);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
      }),
      { numRuns: 150 },
    );
  });
});

test.each(["kubernetes", "gocron"])(
  "%s: a search that robfig/cron never ends goes on after the lost day",
  (id) => {
    const after = Date.parse("2011-12-29T10:30Z");
    const line = { expression: "00 22-23 * * */3", scheduler: id, timezone: "Pacific/Apia" };
    expect(nextAfter({ kind: "cron", ...line }, after)).toBe(Date.parse("2011-12-31T08:00Z"));
  },
);

test("hashicorp-nomad: days on which the line has no time left are passed without end of the stack", () => {
  const line = { expression: "*/10 0 * DEC FRIL", scheduler: "hashicorp-nomad", timezone: "Pacific/Apia" };
  expect(timesOrRefused(line, Date.parse("2011-09-23T20:40Z"))).toHaveLength(TIMES_MAX);
});

test("hashicorp-nomad: a way to midnight that leads back over a lost day brings no time from before", () => {
  const line = { expression: "1,0 0 1 * 4", scheduler: "hashicorp-nomad", timezone: "Pacific/Apia" };
  const after = Date.parse("2011-12-29T19:55Z");
  const times = timesOrRefused(line, after);
  expect(times.map((at) => new Date(at).toISOString())).toEqual([
    "2011-12-31T10:00:00.000Z",
    "2011-12-31T10:01:00.000Z",
    "2012-01-04T10:00:00.000Z",
    "2012-01-04T10:01:00.000Z",
  ]);
});

function timesOrRefused(
  line: { expression: string; scheduler: string; timezone: string },
  after: Instant,
): Instant[] {
  const times: Instant[] = [];
  try {
    for (const at of timesAfter({ kind: "cron", ...line }, after)) if (times.push(at) === TIMES_MAX) break;
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  return times;
}
