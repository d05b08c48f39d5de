/** Rules 14, 16, 17, 23, 27, 28 and 33. */

import { describe, expect, test } from "vitest";
import type { CheckSettings } from "../settings.ts";
import { flipLines, slotLines, type Step, T, playStory } from "../testing/story.ts";

const A = "aaaaaaaa-0000-0000-0000-000000000000";
const B = "bbbbbbbb-0000-0000-0000-000000000000";
const MINUTELY = { kind: "cron", expression: "* * * * *", timezone: "UTC" } as const;
const FIVE = { kind: "cron", expression: "*/5 * * * *", timezone: "UTC" } as const;
const HOURLY = { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const;
const DAILY = { kind: "cron", expression: "0 8 * * *", timezone: "UTC" } as const;

type Case = [string, Partial<CheckSettings>, Step[], string[], string[]];

/** Stories begin at 08:00:00 UTC, a slot of each schedule here. */
const timelines = (cases: Case[]) =>
  test.each<Case>(cases)("%s", (_, settings, steps, flips, slots) => {
    const story = playStory(settings, steps);
    expect(flipLines(story)).toEqual(flips);
    expect(slotLines(story)).toEqual(slots);
  });

describe("a clock that is a little wrong", () => {
  const ahead = (...seconds: number[]): Step[] => seconds.map((second) => [second, "success"]);
  timelines([
    [
      "two seconds ahead: each ping meets the slot it is for",
      { schedule: FIVE, graceSeconds: 60 },
      [...ahead(298, 598, 898, 1198), [1259, "time"]],
      ["new→up at 298"],
      ["300 early -2", "600 early -2", "900 early -2", "1200 early -2"],
    ],
    [
      "and with starts",
      { schedule: FIVE, graceSeconds: 60, maxRuntimeSeconds: 120 },
      [
        [298, "start"],
        [299, "success"],
        [598, "start"],
        [603, "success"],
        [898, "start"],
        [899, "success"],
      ],
      ["new→up at 299"],
      ["300 early -2", "600 early -2", "900 early -2"],
    ],
    [
      "a run that is left out is notified at its deadline, and the next one meets its own slot",
      { schedule: FIVE, graceSeconds: 60 },
      [...ahead(298, 898), [959, "time"]],
      ["new→up at 298", "up→down at 660 (missed), notified", "down→up at 898, notified"],
      ["300 early -2", "600 missed", "900 early -2"],
    ],
    [
      "a late ping for a slot that is still open belongs to that slot alone",
      { schedule: FIVE, graceSeconds: 299 },
      [...ahead(0, 598), [899, "time"]],
      ["new→up at 0", "up→down at 899 (missed), notified"],
      ["300 late 298", "600 missed"],
    ],
    [
      "a run that is left out where the grace reaches to the next one does not put all others a slot behind",
      { schedule: FIVE, graceSeconds: 300 },
      [...ahead(0, 598, 898, 1201), [1499, "time"]],
      ["new→up at 0"],
      ["300 late 298", "600 early -2", "900 early -2", "1200 on-time 1"],
    ],
    [
      "an extra run hours ahead meets nothing and hides nothing",
      { schedule: DAILY, graceSeconds: 3600 },
      [...ahead(0, 9 * 3600), [90_001, "time"]],
      ["new→up at 0", "up→down at 90000 (missed), notified"],
      ["86400 missed"],
    ],
    [
      "more than a minute ahead of a daily run is an extra one, a minute is not",
      { schedule: DAILY, graceSeconds: 3600 },
      [...ahead(0, 86_400 - 61, 2 * 86_400 - 60), [200_000, "time"]],
      ["new→up at 0", "up→down at 90000 (missed), notified", "down→up at 172740, notified"],
      ["86400 missed", "172800 early -60"],
    ],
    [
      "the end of a run that began long before is not early for the next slot",
      { schedule: FIVE, graceSeconds: 290 },
      [
        [0, "success"],
        [301, "start", { rid: A }],
        [302, "success", { rid: "bbbbbbbb-0000-0000-0000-000000000000" }],
        [590, "success", { rid: A }],
        [890, "time"],
      ],
      ["new→up at 0", "up→down at 890 (missed), notified"],
      ["300 on-time 2", "600 missed"],
    ],
  ]);
});

describe("a ping that is sent again because its answer was lost", () => {
  const limit = { count: 1, of: "runs", windowSeconds: null } as const;
  timelines([
    [
      "a start without a run id opens no second run",
      { schedule: HOURLY, maxRuntimeSeconds: 900 },
      [
        [0, "start"],
        [12, "start"],
        [60, "success"],
        [4199, "time"],
      ],
      ["new→up at 60"],
      [],
    ],
    [
      "nor one whose run has ended by then, even where it is sent in the background",
      { maxRuntimeSeconds: 900 },
      [
        [0, "start"],
        [5, "success"],
        [23, "start"],
        [3000, "time"],
      ],
      ["new→up at 5"],
      ["5 on-time 0"],
    ],
    [
      "an end without a run id is no second run",
      { schedule: HOURLY, tooOften: limit },
      [
        [3600, "success"],
        [3612, "success"],
        [3681, "success"],
        [7199, "time"],
      ],
      ["new→up at 3600"],
      [],
    ],
    [
      "nor one with a run id, however small the grace",
      { schedule: HOURLY, graceSeconds: 60, tooOften: limit },
      [
        [3599, "success", { rid: A }],
        [3681, "success", { rid: A }],
        [3700, "time"],
      ],
      ["new→up at 3599"],
      ["3600 early -1"],
    ],
    [
      "it does not put the deadline of an interval off",
      {},
      [
        [0, "success"],
        [81, "success"],
        [4281, "time"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
      ["0 on-time 0", "3600 missed"],
    ],
    [
      "it does not hide that the next run is left out",
      { schedule: HOURLY },
      [
        [600, "success"],
        [4199, "success"],
        [7130, "success"],
        [7205, "success"],
        [7800, "time"],
      ],
      ["new→up at 600", "up→down at 7800 (missed), notified"],
      ["3600 late 599", "7200 missed"],
    ],
    [
      "runs a minute apart that say the same are none",
      { schedule: MINUTELY, graceSeconds: 60 },
      [...[0, 60, 120, 181, 239, 301].map((second): Step => [second, "success"]), [301, "time"]],
      ["new→up at 0"],
      ["60 on-time 0", "120 on-time 0", "180 on-time 1", "240 early -1", "300 on-time 1"],
    ],
    [
      "a failure after a success is another, though it says what the one before said",
      {},
      [
        [0, "fail"],
        [5, "success"],
        [10, "fail"],
      ],
      ["new→down at 0 (failed), notified", "down→up at 5, notified", "up→down at 10 (failed), notified"],
      ["0 failed 5"],
    ],
    [
      "the sixth is another: people are notified of a job that is stuck in a loop",
      { schedule: HOURLY, tooOften: { count: 3, of: "pings", windowSeconds: 60 } },
      Array.from({ length: 9 }, (_, second): Step => [second, "success"]),
      ["new→up at 0", "up→down at 8 (too-often), notified"],
      [],
    ],
    [
      "a retry of a start does not make a run too quick",
      { minRuntimeSeconds: 60, maxRuntimeSeconds: 900 },
      [
        [0, "start"],
        [55, "start"],
        [65, "success"],
      ],
      ["new→up at 65"],
      ["65 on-time 0"],
    ],
    [
      "where overlaps are watched it is none, a later start is one, and another host's always",
      { overlap: "alert" },
      [
        [0, "start", { host: "a" }],
        [81, "start", { host: "a" }],
        [90, "success", { host: "a" }],
        [200, "start", { host: "a" }],
        [201, "start", { host: "b" }],
      ],
      ["new→up at 90", "up→down at 201 (overlap), notified"],
      ["90 on-time 0"],
    ],
  ]);

  test("a start that is sent again across the next due time, after a run that was left out, is that start again", () => {
    const minute = {
      schedule: MINUTELY,
      graceSeconds: 3600,
      maxRuntimeSeconds: 40,
      overlap: "alert",
    } as const;
    const story = playStory(minute, [
      [0, "start"],
      [1, "success"],
      [119, "start"],
      [120, "success", { digest: "other" }],
      [179.8, "start"],
      [190.9, "start"],
      [191, "success"],
      [299, "time"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 1"]);
  });

  test("an end counts towards too often where its run began, also where the start was sent again after the next due time", () => {
    const quarter = { kind: "cron", expression: "*/15 * * * *", timezone: "UTC" } as const;
    const tooOften = { count: 2, of: "pings", windowSeconds: null } as const;
    const story = playStory({ schedule: quarter, graceSeconds: 900, maxRuntimeSeconds: 300, tooOften }, [
      [-4, "start"],
      [100, "success"],
      [1796, "start"],
      [1807, "start"],
      [1950, "success", { digest: "other" }],
      [2697, "start"],
      [2704, "success"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 100"]);
  });

  test("an end that equals the one before, with its start on the way, is its own once a further slot is due", () => {
    const minute = { schedule: MINUTELY, graceSeconds: 300, maxRuntimeSeconds: 40 } as const;
    const story = playStory(minute, [
      [0, "start"],
      [1, "success"],
      [116, "start"],
      [118.8, "success"],
      [182.8, "success"],
      [182.9, "start"],
      [240, "time"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 1"]);
    expect(story.check.state.memory.openRuns).toEqual([]);
  });

  test("what follows more than half a short interval later is no retry, though another host's run lies between", () => {
    const story = playStory({ schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 60 }, [
      [0, "success", { host: "b" }],
      [23.7, "success", { host: "a" }],
      [53.7, "success", { host: "b" }],
      [64.7, "success", { host: "a" }],
      [180, "time"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 0"]);
  });

  test("the second start takes the first one's place and is noted", () => {
    const story = playStory({ maxRuntimeSeconds: 900 }, [
      [0, "start"],
      [12, "start"],
      [60, "success"],
      [70, "success"],
    ]);
    expect(story.effects.flatMap((effect) => (effect.kind === "ping" ? [effect.note] : []))).toEqual([
      null,
      "started-again",
      null,
      "duplicate",
    ]);
    expect(story.runs).toMatchObject([{ id: "ping-0", outcome: "success", durationMs: 48_000 }]);
    expect(story.check.state.memory.openRuns).toEqual([]);
  });

  test("people are notified of starts that come again and again without any end", () => {
    const starts = [0, 600, 1200, 1800].map((second): Step => [second, "start"]);
    const story = playStory({ schedule: { kind: "interval", everySeconds: 600 }, maxRuntimeSeconds: 900 }, [
      [-600, "success"],
      ...starts,
    ]);
    expect(flipLines(story)).toEqual(["new→up at -600", "up→down at 1500 (overlong), notified"]);
  });

  test("of two runs beside each other without run ids each end is one", () => {
    const story = playStory({ schedule: { kind: "interval", everySeconds: 600 }, maxRuntimeSeconds: 900 }, [
      [0, "success"],
      [600, "start"],
      [1200, "start"],
      [1440, "success"],
      [1800, "start"],
      [2040, "success"],
      [2400, "start"],
      [2640, "success"],
      [3000, "start"],
      [3240, "success"],
      [3500, "time"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 0"]);
  });
});

describe("an end that overtakes its start", () => {
  const run = (second: number): Step[] => [
    [second, "success"],
    [second + 0.3, "start"],
  ];
  timelines([
    [
      "leaves nothing open, from the first run on",
      { maxRuntimeSeconds: 900 },
      [...run(0), ...run(3600), ...run(7200), [9000, "time"]],
      ["new→up at 0"],
      ["0 on-time 0", "3600 on-time 0", "7200 on-time 0"],
    ],
    [
      "with an id, which the client sends again for 90 s, though the last comes later after the end",
      { schedule: { kind: "interval", everySeconds: 300 }, graceSeconds: 60 },
      [
        [0, "success", { rid: A }],
        ...[11, 22, 34, 48, 66, 92].map((second): Step => [second, "start", { rid: A }]),
        [299, "time"],
      ],
      ["new→up at 0"],
      ["0 on-time 0"],
    ],
    [
      "a start soon after ends of runs that had none is a run of its own, and notified where it hangs",
      { maxRuntimeSeconds: 900 },
      [
        [0, "success"],
        [400, "success"],
        [401, "start"],
        [1400, "time"],
      ],
      ["new→up at 0", "up→down at 1301 (overlong), notified"],
      ["0 failed 0"],
    ],
    [
      "nor where the runs are a minute apart and say the same",
      { schedule: MINUTELY, graceSeconds: 60, maxRuntimeSeconds: 60 },
      [...run(1), ...run(61), ...run(122), ...run(179), [239, "time"]],
      ["new→up at 1"],
      ["60 on-time 1", "120 on-time 2.3", "180 early -1"],
    ],
    [
      "nor where it is early, and the run before was early for the slot that still waits",
      { schedule: MINUTELY, graceSeconds: 3600, maxRuntimeSeconds: 40 },
      [
        [0, "start"],
        [1, "success"],
        [116, "start"],
        [117, "success"],
        [179, "success"],
        [182, "start"],
        ...run(235),
        [300, "time"],
      ],
      ["new→up at 1"],
      ["60 on-time 56", "120 late 62", "180 on-time 2", "240 early -5"],
    ],
    [
      "a run that truly hangs is notified still",
      { maxRuntimeSeconds: 900 },
      [...run(0), [3600, "start"], [9000, "time"]],
      ["new→up at 0", "up→down at 4500 (overlong), notified"],
      ["0 on-time 0", "3600 failed 0", "7200 missed"],
    ],
    [
      "of two hosts, though the other one's run is open",
      { schedule: HOURLY, maxRuntimeSeconds: 900 },
      [
        [0, "start", { host: "b" }],
        [1, "success", { host: "b" }],
        [3600, "start", { host: "a" }],
        [3601, "success", { host: "b", digest: "b" }],
        [3601.5, "start", { host: "b" }],
        [3700, "success", { host: "a", digest: "a" }],
        [7000, "time"],
      ],
      ["new→up at 1"],
      ["3600 on-time 0"],
    ],
  ]);
});

describe("two hosts of one job", () => {
  test("an end that overtakes its start leaves the run of the other host its own end", () => {
    const story = playStory({ schedule: HOURLY, maxRuntimeSeconds: 900 }, [
      [0, "start", { host: "b" }],
      [1, "success", { host: "b" }],
      [3600, "start", { host: "a" }],
      [3601, "success", { host: "b", digest: "b" }],
      [3602, "start", { host: "b" }],
      [3700, "success", { host: "a", digest: "a" }],
    ]);
    expect(story.runs.filter(({ host }) => host === "a")).toMatchObject([
      { outcome: "success", durationMs: 100_000 },
    ]);
  });

  test("what the second host sends again half an interval after the first one's run is no run", () => {
    const story = playStory({ schedule: { kind: "interval", everySeconds: 120 }, graceSeconds: 60 }, [
      [0, "success", { host: "a" }],
      [8, "success", { host: "b" }],
      [62, "success", { host: "b" }],
    ]);
    expect(slotLines(story)).toEqual(["0 on-time 0"]);
  });

  test("the end of a start that was sent again begins the interval anew, though another host's end came first", () => {
    const { check } = playStory({ schedule: { kind: "interval", everySeconds: 3600 } }, [
      [0, "start", { host: "b" }],
      [1, "success", { host: "b" }],
      [3600, "start", { host: "b" }],
      [3601, "success", { host: "a", digest: "a" }],
      [3612, "start", { host: "b" }],
      [3615, "start", { host: "a" }],
      [3700, "success", { host: "b", digest: "b" }],
    ]);
    expect(check.state.expectedAt).toBe(T + 7_300_000);
  });

  test("two runs whose ends were exchanged are two, not three", () => {
    const story = playStory({ schedule: HOURLY, tooOften: { count: 2, of: "runs", windowSeconds: null } }, [
      [0, "start", { host: "b" }],
      [1, "success", { host: "b" }],
      [3600, "start", { host: "b" }],
      [3601, "success", { host: "a", digest: "a" }],
      [3602, "success", { host: "b", digest: "b" }],
      [3603, "start", { host: "a" }],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 1"]);
  });

  test("nor are they three where the start that is sent again comes between the ends and the other start", () => {
    const schedule = { kind: "interval", everySeconds: 3600 } as const;
    const story = playStory({ schedule, tooOften: { count: 2, of: "runs", windowSeconds: null } }, [
      [0, "start", { host: "b" }],
      [1, "success", { host: "b" }],
      [3600, "start", { host: "b" }],
      [3608, "success", { host: "a" }],
      [3609, "success", { host: "b" }],
      [3611, "start", { host: "b" }],
      [3612, "start", { host: "a" }],
      [3623, "start", { host: "b" }],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 1"]);
  });

  test("a start that is sent again after another host's end was taken for its run's is no further ping", () => {
    const story = playStory({ schedule: HOURLY, tooOften: { count: 4, of: "pings", windowSeconds: null } }, [
      [0, "start", { host: "b" }],
      [1, "success", { host: "b" }],
      [3600, "start", { host: "b" }],
      [3601, "success", { host: "a", digest: "a" }],
      [3602, "start", { host: "b" }],
      [3603, "start", { host: "a" }],
      [3604, "success", { host: "b", digest: "b" }],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 1"]);
  });
});

test("an end with a run id that comes again just before the next slot does not meet that", () => {
  const story = playStory({ schedule: FIVE, graceSeconds: 60 }, [
    [0, "start", { rid: A }],
    [240, "success", { rid: A }],
    [290, "success", { rid: A }],
    [360, "time"],
  ]);
  expect(slotLines(story).at(-1)).toBe("300 missed");
});

describe("runs that a scheduler makes up, or skips", () => {
  test("what is made up after an outage belongs to the missed slots, and is not too often", () => {
    const story = playStory(
      { schedule: MINUTELY, graceSeconds: 60, tooOften: { count: 2, of: "runs", windowSeconds: null } },
      [
        ...[0, 60, 120, 360, 370, 370.3, 370.6, 420].map((second): Step => [second, "success"]),
        [479, "time"],
      ],
    );
    expect(flipLines(story)).toEqual([
      "new→up at 0",
      "up→down at 240 (missed), notified",
      "down→up at 360, notified",
    ]);
    expect(slotLines(story).slice(2)).toEqual([
      "180 missed 190.6",
      "240 missed 130.3",
      "300 missed 70",
      "360 on-time 0",
      "420 on-time 0",
    ]);
  });

  test("one run more than there were slots is too often", () => {
    const story = playStory(
      { schedule: MINUTELY, graceSeconds: 60, tooOften: { count: 1, of: "runs", windowSeconds: null } },
      [0, 180, 181, 182, 183].map((second): Step => [second, "success", { digest: `${second}` }]),
    );
    expect(flipLines(story).at(-1)).toBe("up→down at 183 (too-often), notified");
  });

  timelines([
    [
      "a slot that is skipped for the run before is an overlap, notified once, and never early",
      { schedule: FIVE, graceSeconds: 60, maxRuntimeSeconds: 900 },
      [
        [0, "start"],
        [1, "success"],
        [300, "start"],
        [1020, "success"],
        [1200, "start"],
        [1210, "success"],
      ],
      ["new→up at 1", "up→down at 660 (overlap), notified", "down→up at 1020, notified"],
      ["300 on-time 0", "600 missed", "900 missed", "1200 on-time 0"],
    ],
  ]);
});

test("a start that is sent again and again after a run was left out begins one run", () => {
  const starts: Step[] = [0, 11, 23, 37, 55, 81].map((after) => [599 + after, "start"]);
  const story = playStory({ schedule: FIVE, graceSeconds: 3_600, maxRuntimeSeconds: 180, overlap: "alert" }, [
    [0, "start"],
    [5, "success"],
    ...starts.slice(0, 3),
    [634, "success", { exitStatus: 0 }],
    ...starts.slice(3),
    [908, "start"],
    [920, "success", { exitStatus: 1 }],
    [1_300, "time"],
  ]);
  expect(flipLines(story)).toEqual(["new→up at 5"]);
});

test("a run that goes on at the deadline of the slot before shows that runs are early, not a slot behind", () => {
  const story = playStory({ schedule: MINUTELY, graceSeconds: 60 }, [
    [0, "success"],
    [118, "success"],
    [178, "start"],
    [186, "success", { exitStatus: 0 }],
    [241, "time"],
  ]);
  expect(slotLines(story)).toEqual(["60 late 58", "120 early -2", "180 early -2"]);
});

test("an end with a run id that is sent again after the next run was due does not hide that this was left out", () => {
  const settings = {
    schedule: { kind: "interval", everySeconds: 120 },
    graceSeconds: 60,
    maxRuntimeSeconds: 312,
  } as const;
  const effects = playStory(settings, [
    [0, "start", { rid: A }],
    [10, "success", { rid: A }],
    [120, "start", { rid: B }],
    [256, "success", { rid: B }],
    [293, "success", { rid: B }],
    [301, "time"],
  ]);
  expect(flipLines(effects)).toEqual(["new→up at 10", "up→down at 300 (missed), notified"]);
});
