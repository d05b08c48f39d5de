import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR_MS, type Instant, MINUTE_MS, nextAfter, type Schedule, SECOND_MS } from "@overdue/schedules";
import { type CheckSettings, defaultSettings } from "../../checks/settings.ts";
import { examineSchedule } from "./doctor.ts";
import type { SeenRun } from "./history.ts";

const JUNE = Date.UTC(2026, 5, 1);
const nightly = cron("30 2 * * *", "Europe/Berlin");

describe("what disagrees has a name", () => {
  test("a host in another time zone: the zone is proposed", () => {
    const runs = runsOf(cron("30 2 * * *", "UTC"), { from: JUNE, count: 20 });
    expect(examine(nightly, runs)).toMatchObject([
      {
        kind: "wrong-time-zone",
        evidence: { seen: 20, agreeing: 20, offsetMs: 2 * HOUR_MS },
        edit: { schedule: { timezone: "UTC" } },
      },
    ]);
  });

  test("the other way round, and across the Atlantic", () => {
    const runs = runsOf(cron("30 2 * * *", "America/New_York"), { from: JUNE, count: 20 });
    expect(examine(cron("30 2 * * *", "UTC"), runs)).toMatchObject([
      { kind: "wrong-time-zone", edit: { schedule: { timezone: "America/New_York" } } },
    ]);
  });

  test("a clock change that only one of both makes", () => {
    const runs = runsOf(cron("30 2 * * *", "UTC"), { from: Date.UTC(2026, 9, 10), count: 40 });
    const winter = cron("30 3 * * *", "Europe/Berlin");
    expect(examine(winter, runs, { graceSeconds: 600 })).toMatchObject([
      { kind: "clock-change", evidence: { offsetMs: HOUR_MS } },
    ]);
  });

  test("a clock change that only the host makes", () => {
    const runs = runsOf(cron("30 2 * * *", "Europe/Berlin"), { from: Date.UTC(2026, 9, 10), count: 40 });
    expect(examine(cron("30 0 * * *", "UTC"), runs, { graceSeconds: 600 })).toMatchObject([
      { kind: "clock-change", evidence: { offsetMs: HOUR_MS } },
    ]);
  });

  test.each([
    ["India's half hour", "30 2 * * *", "UTC", "Asia/Kolkata"],
    ["several times a day", "0 */6 * * *", "Europe/Berlin", "Asia/Kolkata"],
    ["the hours of an office", "0 9-17 * * 1-5", "UTC", "America/New_York"],
    ["a weekday beside midnight", "30 23 * * 1-5", "UTC", "Asia/Tokyo"],
    [
      "Los Angeles and not Phoenix, whose clock shows the same in June",
      "0 3 * * *",
      "UTC",
      "America/Los_Angeles",
    ],
  ])("%s", (_, expression, here, home) => {
    const runs = runsOf(cron(expression, home), { from: JUNE, count: 40, lateMs: 20 * SECOND_MS });
    expect(examine(cron(expression, here), runs)).toMatchObject([
      { kind: "wrong-time-zone", edit: { schedule: { timezone: home, expression } } },
    ]);
  });

  test("weekly over a clock change that only the host makes", () => {
    const runs = runsOf(cron("0 4 * * 0", "Europe/London"), { from: Date.UTC(2026, 7, 20), count: 20 });
    expect(examine(cron("0 4 * * 0", "UTC"), runs, { graceSeconds: 600 })).toMatchObject([
      { kind: "clock-change", edit: { schedule: { timezone: "Europe/London" } } },
    ]);
  });

  test("other zones that would fit as well are named", () => {
    const runs = runsOf(nightly, { from: JUNE, count: 20 });
    expect(examine(cron("30 2 * * *", "UTC"), runs)).toMatchObject([
      { sentence: expect.stringContaining("Europe/Berlin (Africa/Johannesburg would fit as well)") },
    ]);
  });

  test.each([
    [
      "apscheduler",
      "0 9 * * 1-5",
      "0 9 * * 1-5",
      /fit APScheduler’s weekdays, 30 of 30 .* Tuesday to Saturday at 09:00; cron would run it Monday to Friday/,
    ],
    [
      "quartz",
      "0 9 * * 1-5",
      "0 0 9 ? * 1-5",
      /fit Quartz’s weekdays, 30 of 30 times: .* at 09:00; cron would/,
    ],
    ["busybox", "0 5 */2 * *", "0 5 */2 * *", /fit BusyBox crond’s days/],
  ])("%s reads the line another way: it is proposed", (scheduler, expression, written, sentence) => {
    const read: Schedule = { kind: "cron", expression: written, scheduler, timezone: "UTC" };
    const runs = runsOf(read, { from: JUNE, count: 30 });
    expect(examine(cron(expression, "UTC"), runs)).toMatchObject([
      { kind: "other-scheduler", sentence: expect.stringMatching(sentence), edit: { schedule: read } },
    ]);
  });

  test("a line that is read otherwise than plain cron reads it, until pings show that it is meant", () => {
    const odd: Schedule = {
      kind: "cron",
      expression: "0 9 * * 1-5",
      scheduler: "apscheduler",
      timezone: "UTC",
    };
    expect(examine(odd, runsOf(odd, { from: JUNE, count: 1 }))).toMatchObject([
      { kind: "odd-line", sentence: expect.stringContaining("Tuesday to Saturday"), edit: null },
    ]);
    expect(examine(odd, runsOf(odd, { from: JUNE, count: 6 }))).toEqual([]);
  });

  test("weekly against daily: the weekday is proposed", () => {
    const runs = runsOf(cron("5 5 * * 0", "UTC"), { from: JUNE, count: 8 });
    expect(examine(cron("5 5 * * *", "UTC"), runs)).toMatchObject([
      {
        kind: "wrong-period",
        edit: { schedule: { kind: "cron", expression: "5 5 * * 0", timezone: "UTC" } },
      },
    ]);
  });

  test("daily against weekly", () => {
    const runs = runsOf(cron("5 5 * * *", "UTC"), { from: JUNE, count: 20 });
    expect(examine(cron("5 5 * * 0", "UTC"), runs)).toMatchObject([
      { kind: "wrong-period", edit: { schedule: { expression: "5 5 * * *" } } },
    ]);
  });

  test("an interval that is too short", () => {
    const runs = runsOf({ kind: "interval", everySeconds: 1800 }, { from: JUNE, count: 20 });
    expect(examine({ kind: "interval", everySeconds: 300 }, runs, { graceSeconds: 60 })).toMatchObject([
      { kind: "wrong-period", edit: { schedule: { kind: "interval", everySeconds: 1800 } } },
    ]);
  });

  test("runs longer than the grace: a limit of their own is proposed", () => {
    const runs = runsOf(nightly, { from: JUNE, count: 20, durationMs: 90 * MINUTE_MS });
    expect(examine(nightly, runs)).toMatchObject([
      { kind: "late-by-run-time", edit: { maxRuntimeSeconds: 10_800 } },
    ]);
  });

  test("ends that are always late by the same time", () => {
    const runs = runsOf(nightly, { from: JUNE, count: 20, lateMs: 95 * MINUTE_MS });
    expect(examine(nightly, runs)).toMatchObject([
      { kind: "late-by-run-time", evidence: { offsetMs: 95 * MINUTE_MS }, edit: { graceSeconds: 7200 } },
    ]);
  });

  test.each<[string, Schedule]>([
    ["of a cron schedule", nightly],
    ["of an interval", { kind: "interval", everySeconds: 300 }],
  ])("several runs per slot %s", (_, schedule) => {
    const once = runsOf(schedule, { from: JUNE, count: 20 });
    const twice = once.flatMap((run) => [
      run,
      { startedAt: null, endedAt: (run.endedAt ?? 0) + 5 * SECOND_MS },
    ]);
    expect(examine(schedule, once)).toEqual([]);
    expect(examine(schedule, twice)).toMatchObject([
      { kind: "several-per-slot", evidence: { seen: 20, agreeing: 20 } },
    ]);
  });
});

describe("what agrees is left alone", () => {
  test.each<[string, Schedule, SeenRun[], Partial<CheckSettings>]>([
    ["no runs at all", nightly, [], {}],
    ["too few of them", nightly, runsOf(cron("30 2 * * *", "UTC"), { from: JUNE, count: 5 }), {}],
    [
      "an hour late, where the grace allows two",
      nightly,
      runsOf(nightly, { from: JUNE, count: 20, lateMs: HOUR_MS }),
      { graceSeconds: 7200 },
    ],
    [
      "a heartbeat every minute for a check that asks for one an hour",
      { kind: "interval", everySeconds: 3600 },
      runsOf({ kind: "interval", everySeconds: 60 }, { from: JUNE, count: 300 }),
      {},
    ],
    [
      "weekdays only, as scheduled",
      cron("0 4 * * 1-5", "Europe/Berlin"),
      runsOf(cron("0 4 * * 1-5", "Europe/Berlin"), { from: JUNE, count: 60 }),
      {},
    ],
    [
      "the first of two runs of a night that ends when the second is due",
      cron("15 1,2 * * *", "UTC"),
      runsOf(cron("15 1,2 * * *", "UTC"), { from: JUNE, count: 40, lateMs: 65 * MINUTE_MS }),
      { graceSeconds: 7200 },
    ],
    [
      "long runs that have a limit of their own",
      nightly,
      runsOf(nightly, { from: JUNE, count: 20, durationMs: 90 * MINUTE_MS }),
      { maxRuntimeSeconds: 7200 },
    ],
  ])("%s", (_, schedule, runs, settings) => {
    expect(examine(schedule, runs, settings)).toEqual([]);
  });

  test("nothing is found in 1,000 random healthy histories", () => {
    fc.assert(
      fc.property(healthy, ({ settings, runs }) => {
        expect(examineSchedule(settings, runs)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Jobs that come within the grace after each slot, now and then not at all, or a second time after a failure. */
const healthy = fc
  .record({
    schedule: fc.constantFrom<Schedule>(
      nightly,
      cron("0 * * * *", "UTC"),
      cron("*/10 * * * *", "America/New_York"),
      cron("15 8,20 * * *", "Asia/Kolkata"),
      cron("0 3 * * 0", "Europe/London"),
      cron("0 6 1 * *", "Australia/Sydney"),
      cron("0 4 * * 1-5", "Europe/Berlin"),
      cron("0 */6 * * *", "Pacific/Auckland"),
      { kind: "interval", everySeconds: 300 },
      { kind: "interval", everySeconds: 86_400 },
    ),
    from: fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) }),
    graceSeconds: fc.constantFrom(60, 600, 3600, 7200),
    withStarts: fc.boolean(),
    typicalShare: fc.double({ min: 0, max: 0.6, noNaN: true }),
    runs: fc.array(
      fc.record({
        late: fc.double({ min: 0, max: 0.3, noNaN: true }),
        took: fc.double({ min: 0, max: 0.09, noNaN: true }),
        // Without bias: where almost every run were repeated, the history would not be a healthy one.
        fate: fc.noBias(fc.integer({ min: 0, max: 99 })),
      }),
      { maxLength: 90 },
    ),
  })
  .map(({ schedule, from, graceSeconds, withStarts, typicalShare, runs: dice }) => {
    const settings = { ...defaultSettings, schedule, graceSeconds };
    const graceMs = graceSeconds * SECOND_MS;
    const runs: SeenRun[] = [];
    let slot = from;
    for (const { late, took, fate } of dice) {
      slot = nextAfter(schedule, slot) ?? slot;
      if (fate < 8) continue;
      const startedAt = Math.round(slot + late * graceMs);
      const endedAt = Math.round(startedAt + (typicalShare + took) * graceMs);
      runs.push({ startedAt: withStarts ? startedAt : null, endedAt });
      if (fate > 94) runs.push({ startedAt: withStarts ? endedAt + 1 : null, endedAt: endedAt + 1000 });
      if (schedule.kind === "interval") slot = endedAt;
    }
    return { settings, runs };
  });

function examine(schedule: Schedule, runs: readonly SeenRun[], settings: Partial<CheckSettings> = {}) {
  return examineSchedule({ ...defaultSettings, ...settings, schedule }, runs);
}

/** A job that keeps exactly to this schedule. */
function runsOf(
  schedule: Schedule,
  job: { from: Instant; count: number; lateMs?: number; durationMs?: number },
): SeenRun[] {
  const runs: SeenRun[] = [];
  for (let slot = nextAfter(schedule, job.from), count = 0; count < job.count && slot !== null; count += 1) {
    const at = slot + (job.lateMs ?? 0);
    runs.push(
      job.durationMs === undefined
        ? { startedAt: null, endedAt: at }
        : { startedAt: at, endedAt: at + job.durationMs },
    );
    slot = nextAfter(schedule, slot);
  }
  return runs;
}

function cron(expression: string, timezone: string): Schedule {
  return { kind: "cron", expression, timezone };
}
