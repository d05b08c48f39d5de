import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCron } from "../cron/parse.ts";
import { ScheduleError } from "../schedule-error.ts";
import { nextAfter, type Schedule } from "../schedule.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "../time.ts";
import { timeZoneOf } from "../timezones/timezones.ts";
import { SCHEDULERS } from "./index.ts";
import type { Scheduler } from "./scheduler.ts";

/** Zones with changes by an hour, by half an hour, at midnight, the other way round, and none. */
const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "America/Santiago",
  "Africa/Cairo",
  "Australia/Lord_Howe",
  "Europe/Dublin",
  "Asia/Kathmandu",
  "UTC",
];
const START = Date.parse("2025-01-01T00:00Z");
const END = Date.parse("2029-01-01T00:00Z");
const HOSTILE = ["59 23 31 12 6", "0 0 29 2 1", "* * 29 2 6", "0 0 31 */2 0", "59 59 31 2,4,6,9,11 *"];
const HOSTILE_MS = 5;
const TRIES = 7;

const numbers = (min: number, max: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
    .map((values) => values.toSorted(ascending).join(","));
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
    numbers(min, max),
  );
const lines = fc.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(1, 6));
const places = fc
  .constantFrom(...ZONES)
  .chain((timezone) => fc.tuple(fc.constant(timezone), instants(timezone)));

/** Around the change by half an hour, at which the hour's full minutes are not 60 apart. */
const LORD_HOWE_REPEATS = Date.parse("2025-04-05T15:00Z");
const AROUND = Array.from({ length: 60 }, (_, step) => LORD_HOWE_REPEATS + (step - 30) * 4 * MINUTE_MS - 1);

test.each(SCHEDULERS.map((scheduler) => [scheduler.id, scheduler] as const))(
  "%s gives no time that has passed where half an hour is repeated",
  (id, scheduler) => {
    for (const fields of [
      ["*/2", "*"],
      ["0", "*"],
      ["15,45", "*"],
      ["0", "*/2"],
      ["30", "1"],
    ]) {
      const expression = writeLine([...fields, "*", "*", "*"], scheduler);
      const schedule = { kind: "cron", expression, scheduler: id, timezone: "Australia/Lord_Howe" } as const;
      const passed = AROUND.filter((after) => (nextOrRefused(schedule, after) ?? Infinity) <= after);
      expect(passed).toEqual([]);
    }
  },
);

describe.each(SCHEDULERS.map((scheduler) => [scheduler.id, scheduler] as const))("%s", (id, scheduler) => {
  const schedules = fc.tuple(lines, places).map(([fields, [timezone, after]]) => ({
    schedule: { kind: "cron" as const, expression: writeLine(fields, scheduler), scheduler: id, timezone },
    after,
  }));

  test("gives a later time, and the same one until it has come", () => {
    fc.assert(
      fc.property(schedules, fc.double({ min: 0, max: 1, noNaN: true }), ({ schedule, after }, part) => {
        const next = nextOrRefused(schedule, after);
        if (next === null) return;
        expect(next).toBeGreaterThan(after);
        // Near a clock change a program may find another time from another start, and some do so of certain lines.
        const { clock, grammar } = scheduler.rules;
        if (isNearChange(schedule.timezone, after, next) || grammar.bounds.year.max < 2030) return;
        if (clock.walksAlways?.(parseCron(schedule.expression, scheduler.rules)) === true) return;
        const between = after + Math.floor(((next - after) * part) / MINUTE_MS) * MINUTE_MS;
        expect(nextOrRefused(schedule, Math.min(between, next - 1))).toBe(next);
      }),
      { numRuns: 150 },
    );
  });

  test("finds or refuses a rare time within 5 ms", () => {
    for (const line of HOSTILE) {
      const schedule = {
        kind: "cron" as const,
        expression: writeLine(line.split(" "), scheduler),
        scheduler: id,
        timezone: "Pacific/Chatham",
      };
      const took = Array.from({ length: TRIES }, (_, index) =>
        millisecondsOf(schedule, START + index * DAY_MS),
      );
      expect({ line, isQuick: Math.min(...took) < HOSTILE_MS }).toEqual({ line, isQuick: true });
    }
  });
});

/** The five fields as this scheduler has them: with seconds in front, and a question mark where it wants one. */
function writeLine(
  [minute = "", hour = "", day = "", month = "", weekday = ""]: string[],
  { rules }: Scheduler,
): string {
  const isOneDay = rules.days.both === "refused";
  const days = !isOneDay ? [day, month, weekday] : day === "*" ? ["?", month, weekday] : [day, month, "?"];
  const seconds = rules.layouts[0]?.[0] === "second" ? ["0"] : [];
  return [...seconds, minute, hour, ...days].join(" ");
}

function nextOrRefused(schedule: Schedule, after: Instant): Instant | null {
  try {
    return nextAfter(schedule, after);
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function millisecondsOf(schedule: Schedule, after: Instant): number {
  const began = performance.now();
  nextOrRefused(schedule, after);
  return performance.now() - began;
}

function isNearChange(timezone: string, from: Instant, to: Instant): boolean {
  return timeZoneOf(timezone).nextChange(from - 3 * DAY_MS, to + 3 * DAY_MS) !== null;
}

/** Instants of which half lie within a day of a change of the zone's clocks. */
function instants(timezone: string): fc.Arbitrary<Instant> {
  const zone = timeZoneOf(timezone);
  const changes: Instant[] = [];
  for (let at = zone.nextChange(START, END); at !== null; at = zone.nextChange(at, END)) changes.push(at);
  const anywhere = fc.integer({ min: START, max: END });
  if (changes.length === 0) return anywhere;
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -DAY_MS, max: 4 * HOUR_MS }))
    .map(([change, distance]) => change + distance);
  return fc.oneof(anywhere, near);
}

function ascending(one: number, other: number): number {
  return one - other;
}
