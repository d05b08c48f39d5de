import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCron } from "./cron/parse.ts";
import { schedulerNamed } from "./schedulers/index.ts";
import { formatOnCalendar } from "./testing/format-oncalendar.ts";
import { parseOnCalendar } from "./oncalendar/parse.ts";
import { ScheduleError } from "./schedule-error.ts";
import { nextAfter, type Schedule } from "./schedule.ts";
import { useOffsets } from "./timezones/timezones.ts";
import { offsetsOf, type Zones } from "./testing/zones.ts";

/** Answers of Debian's cron rules (reference implementation) and of systemd 252, most near clock changes. */
type Vectors = { invalid: string[]; vectors: Vector[] };
type Vector = { expr: string; tz: string; after: string; next: string[]; normalized?: string };

const cron = read<Vectors>("cron.json");
const oncalendar = read<Vectors>("oncalendar.json");
const { zones } = read<{ zones: Zones }>("offsets.json");

beforeAll(() => useOffsets(offsetsOf(zones)));
afterAll(() => useOffsets());

describe.each([
  ["cron", cron, 1500],
  ["oncalendar", oncalendar, 900],
] as const)("%s", (kind, { vectors }, count) => {
  test(`gives the reference's answers, all ${count}`, () => {
    expect(vectors).toHaveLength(count);
    for (const { expr, tz, after, next } of vectors) {
      // The cron vectors are those of cronsim, whose reading checks had before they named a scheduler.
      const scheduler = kind === "cron" ? { scheduler: "overdue" } : {};
      const answers = nextTimes({ kind, expression: expr, timezone: tz, ...scheduler }, after);
      expect({ expr, tz, after, next: answers }).toEqual({ expr, tz, after, next });
    }
  });
});

test("OnCalendar lines are normalised as by systemd-analyze", () => {
  for (const { expr, normalized } of oncalendar.vectors)
    expect([expr, formatOnCalendar(parseOnCalendar(expr))]).toEqual([expr, normalized]);
});

test.each(cron.invalid)("cron refuses %j", (line) =>
  expect(() => parseCron(line, schedulerNamed("overdue").rules)).toThrow(ScheduleError),
);

// systemd reads these two; its search then runs in a circle at a clock change, which is why they are listed.
const DEAD_IN_SYSTEMD = ["Fri *-06/5-21 11..21:53..54", "Monday *-05/2-14/7 18:*"];

test.each(oncalendar.invalid.filter((line) => !DEAD_IN_SYSTEMD.includes(line)))(
  "OnCalendar refuses %j",
  (line) => expect(() => parseOnCalendar(line)).toThrow(ScheduleError),
);

function nextTimes(schedule: Schedule, after: string): string[] {
  const times: string[] = [];
  let at = nextAfter(schedule, Date.parse(after));
  for (; at !== null && times.length < 4; at = nextAfter(schedule, at))
    times.push(new Date(at).toISOString().replace(".000Z", "Z"));
  return times;
}

function read<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
}
