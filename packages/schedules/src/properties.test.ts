import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, type Instant } from "./time.ts";
import { nextAfter, type Schedule } from "./schedule.ts";
import { timeZoneOf } from "./timezones/timezones.ts";

/** Zones with changes by an hour, by half an hour, at midnight, and none. */
const ZONES = [
  "Europe/Riga",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Africa/Cairo",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "Atlantic/Azores",
  "Asia/Kathmandu",
  "UTC",
];
/** Where the reference's way over the clock at a change does not leave the plain rule. */
const PLAIN_ZONES = [
  "Europe/Riga",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "Australia/Sydney",
];

// The oracle asks `Intl` for every minute.
const SLOW_MS = 60_000;

const START = Date.parse("2025-01-01T00:00Z");
const END = Date.parse("2030-01-01T00:00Z");

/** Instants of which half lie within a day of a change of the zone's clocks. */
function instants(timezone: string): fc.Arbitrary<Instant> {
  const changes = changesOf(timezone);
  const anywhere = fc.integer({ min: START, max: END });
  if (changes.length === 0) return anywhere;
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -DAY_MS, max: 4 * HOUR_MS }))
    .map(([change, distance]) => change + distance);
  return fc.oneof(anywhere, near);
}

function changesOf(timezone: string): Instant[] {
  const zone = timeZoneOf(timezone);
  const changes: Instant[] = [];
  for (let at = zone.nextChange(START, END); at !== null; at = zone.nextChange(at, END)) changes.push(at);
  return changes;
}

/** A field of cron as its text and the values that it selects, so that the oracle need not parse. */
type Field = { text: string; selected: number[] };

function field(min: number, max: number): fc.Arbitrary<Field> {
  const all = range(min, max);
  const star = fc.constant({ text: "*", selected: all });
  const steps = fc
    .integer({ min: 2, max: 20 })
    .map((step) => ({ text: `*/${step}`, selected: all.filter((value) => (value - min) % step === 0) }));
  const values = fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 })
    .map((selected) => ({ text: selected.join(","), selected }));
  return fc.oneof(star, steps, values);
}

function range(min: number, max: number): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

type Cron = { minute: Field; hour: Field; weekday: Field };
const crons = fc.record({ minute: field(0, 59), hour: field(0, 23), weekday: field(0, 6) });

function scheduleOf({ minute, hour, weekday }: Cron, timezone: string): Schedule {
  return { kind: "cron", expression: `${minute.text} ${hour.text} * * ${weekday.text}`, timezone };
}

const calendars = fc.constantFrom(
  "hourly",
  "*:0/30",
  "*:*:30",
  "0/2:15",
  "02:30",
  "00:00",
  "Sun 01..03:0/20",
  "*-*~1 03:00",
  "*-*~27/8 *:19",
  "Mon..Fri *-*-1..7 0/1:10",
);

const inZone = <Value>(zones: string[], values: fc.Arbitrary<Value>) =>
  fc
    .constantFrom(...zones)
    .chain((timezone) => fc.tuple(fc.constant(timezone), values, instants(timezone), instants(timezone)));

test("a next time is always later than the ping it follows", () => {
  const schedules = fc.oneof(
    inZone(ZONES, crons).map(([timezone, cron, after]) => ({ schedule: scheduleOf(cron, timezone), after })),
    inZone(ZONES, calendars).map(([timezone, expression, after]) => ({
      schedule: { kind: "oncalendar" as const, expression, timezone },
      after,
    })),
    fc
      .tuple(fc.integer({ min: 60, max: 31_536_000 }), instants("UTC"))
      .map(([everySeconds, after]) => ({ schedule: { kind: "interval" as const, everySeconds }, after })),
  );
  fc.assert(
    fc.property(schedules, ({ schedule, after }) => {
      expect(nextAfter(schedule, after)).toBeGreaterThan(after);
    }),
    { numRuns: 3000 },
  );
});

test("a later ping never has an earlier next time", () => {
  fc.assert(
    fc.property(inZone(PLAIN_ZONES, crons), ([timezone, cron, one, other]) => {
      const schedule = scheduleOf(cron, timezone);
      const [earlier, later] = [
        nextAfter(schedule, Math.min(one, other)),
        nextAfter(schedule, Math.max(one, other)),
      ];
      expect(later).toBeGreaterThanOrEqual(earlier ?? Infinity);
    }),
    { numRuns: 1000 },
  );
});

test("a time that is due is the next one until it has come", () => {
  fc.assert(
    fc.property(inZone(PLAIN_ZONES, crons), ([timezone, cron, after]) => {
      const schedule = scheduleOf(cron, timezone);
      const due = nextAfter(schedule, after) ?? 0;
      expect(nextAfter(schedule, due - 1)).toBe(due);
    }),
    { numRuns: 1000 },
  );
});

test(
  "cron agrees with a clock that is read minute by minute",
  () => {
    fc.assert(
      fc.property(inZone(PLAIN_ZONES, crons), ([timezone, cron, after]) => {
        expect(nextSoon(cron, timezone, after)).toBe(nextByMinute(cron, timezone, after));
      }),
      { numRuns: 200 },
    );
  },
  SLOW_MS,
);

test(
  "cron agrees with it on Lord Howe, where the clock moves by half an hour",
  () => {
    // By the hour and by the moment the reference walks past the half hour: its own answers are the vectors.
    const fixedOrHourly = crons.filter(({ minute, hour }) => isFixed({ minute, hour }) || hour.text === "*");
    fc.assert(
      fc.property(inZone(["Australia/Lord_Howe"], fixedOrHourly), ([timezone, cron, after]) => {
        expect(nextSoon(cron, timezone, after)).toBe(nextByMinute(cron, timezone, after));
      }),
      { numRuns: 100 },
    );
  },
  SLOW_MS,
);

const ORACLE_MS = 30 * HOUR_MS;

function nextSoon(cron: Cron, timezone: string, after: Instant): Instant | null {
  const next = nextAfter(scheduleOf(cron, timezone), after);
  return next === null || next > after + ORACLE_MS ? null : next;
}

/** The plainest reading of the rules, without this package's zones: look at the clock every minute. */
function nextByMinute(cron: Cron, timezone: string, after: Instant): Instant | null {
  const clock = clockOf(timezone);
  const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let at = first; at <= after + ORACLE_MS; at += MINUTE_MS) {
    if (isFixed(cron) ? startsFixedTime(cron, clock, at) : matches(cron, clock(at))) return at;
  }
  return null;
}

function isFixed({ minute, hour }: Pick<Cron, "minute" | "hour">): boolean {
  return !minute.text.startsWith("*") && !hour.text.startsWith("*");
}

type Wall = number;
type Clock = (at: Instant) => Wall;

/** A wall time that is shown for the first time; just after a gap also those that the clock left out. */
function startsFixedTime(cron: Cron, clock: Clock, at: Instant): boolean {
  const leftOut = clock(at) - clock(at - MINUTE_MS) - MINUTE_MS;
  for (let back = leftOut; back > 0; back -= MINUTE_MS) if (matches(cron, clock(at) - back)) return true;
  return matches(cron, clock(at)) && !wasShownBefore(clock, at);
}

function wasShownBefore(clock: Clock, at: Instant): boolean {
  return [0.5, 1].some((hours) => clock(at - hours * HOUR_MS) === clock(at));
}

function matches({ minute, hour, weekday }: Cron, wall: Wall): boolean {
  const date = new Date(wall);
  return (
    minute.selected.includes(date.getUTCMinutes()) &&
    hour.selected.includes(date.getUTCHours()) &&
    weekday.selected.includes(date.getUTCDay())
  );
}

function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return (at) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
}
