/** Rules 15, 20, 23 to 26 and 32 to 38. */

import { describe, expect, test } from "vitest";
import type { CheckSettings } from "../settings.ts";
import { fold } from "../fold.ts";
import { flipLines, secondOf, slotLines, type Step, playStory, type Story } from "../testing/story.ts";

const A = "aaaaaaaa-0000-0000-0000-000000000000";
const B = "bbbbbbbb-0000-0000-0000-000000000000";
const HOURLY = { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const;

describe("every open run has its own deadline", () => {
  test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
    [
      "a newer run that ends well does not hide an older one that hangs",
      {},
      [
        [0, "start", { rid: A }],
        [10, "start", { rid: B }],
        [20, "success", { rid: B }],
        [900, "time"],
      ],
      ["new→up at 20", "up→down at 600 (overlong), notified"],
    ],
    [
      "nor does one from another host, without run ids",
      {},
      [
        [0, "start", { host: "a" }],
        [10, "start", { host: "b" }],
        [20, "success", { host: "b" }],
        [900, "time"],
      ],
      ["new→up at 20", "up→down at 600 (overlong), notified"],
    ],
    [
      "it is notified once, and a later success ends it",
      {},
      [
        [0, "start", { rid: A }],
        [700, "time"],
        [800, "start", { rid: B }],
        [900, "success", { rid: B }],
        [3000, "time"],
      ],
      ["new→down at 600 (overlong), notified", "down→up at 900, notified"],
    ],
    [
      "max runtime is the limit where there is one, while the run still runs",
      { maxRuntimeSeconds: 7200 },
      [
        [0, "success"],
        [3500, "start"],
        [99_999, "time"],
      ],
      ["new→up at 0", "up→down at 7700 (overlap), notified"],
    ],
    [
      "a run that exceeds max runtime is overlong although the next one is not due",
      { maxRuntimeSeconds: 60 },
      [
        [0, "success"],
        [3500, "start"],
        [3600, "time"],
      ],
      ["new→up at 0", "up→down at 3560 (overlong), notified"],
    ],
    [
      "with max runtime the grace bounds how late a run may start, not when it ends",
      { maxRuntimeSeconds: 3000 },
      [
        [0, "success"],
        [4100, "start"],
        [7000, "success"],
        [7100, "time"],
      ],
      ["new→up at 0"],
    ],
    [
      "and without start pings how late a ping may arrive",
      { maxRuntimeSeconds: 3000 },
      [
        [0, "success"],
        [4300, "success"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 4300, notified"],
    ],
    [
      "progress extends a limit where the check says so",
      { progressExtends: true },
      [
        [0, "start", { rid: A }],
        [500, "log", { rid: A }],
        [1000, "start", { rid: A }],
        [1599, "time"],
        [1600, "time"],
      ],
      ["new→down at 1600 (overlong), notified"],
    ],
    [
      "and does not where it does not",
      { maxRuntimeSeconds: 600 },
      [
        [0, "start", { rid: A }],
        [500, "log", { rid: A }],
        [550, "start", { rid: A }],
        [1600, "time"],
      ],
      ["new→down at 600 (overlong), notified"],
    ],
    [
      "a success quicker than the min runtime is a failure",
      { minRuntimeSeconds: 300 },
      [
        [0, "start"],
        [2, "success"],
      ],
      ["new→down at 2 (too-quick), notified"],
    ],
    [
      "one that takes just as long is none",
      { minRuntimeSeconds: 300 },
      [
        [0, "start"],
        [300, "success"],
        [400, "success"],
      ],
      ["new→up at 300"],
    ],
  ])("%s", (_, settings, steps, lines) => {
    expect(flipLines(playStory(settings, steps))).toEqual(lines);
  });

  test("without ids the oldest run within its limit ends first, and the guess is shown", () => {
    const story = playStory({ maxRuntimeSeconds: 600 }, [
      [0, "start", { id: "one", host: "a" }],
      [100, "start", { id: "two", host: "a" }],
      [150, "success", { host: "a" }],
    ]);
    expect(story.runs).toMatchObject([
      { id: "one", outcome: "success", durationMs: 150_000, guessed: true },
      { id: "two", outcome: "lost" },
    ]);
    expect(story.check.state.lastStartAt).toBeNull();
  });

  test("a run that hung yesterday does not take today's end", () => {
    const story = playStory({ maxRuntimeSeconds: 600 }, [
      [0, "start", { id: "hung" }],
      [86_400, "start", { id: "today" }],
      [86_460, "success"],
    ]);
    expect(story.runs).toMatchObject([
      { id: "hung", outcome: "lost", overlong: true },
      { id: "today", outcome: "success", durationMs: 60_000 },
    ]);
  });

  test("the end of a run that was given up corrects it", () => {
    const story = playStory({}, [
      [0, "start", { id: "one", rid: A }],
      [700, "start", { id: "two", rid: B }],
      [750, "success", { rid: B }],
      [800, "success", { rid: A }],
    ]);
    expect(story.runs[0]).toMatchObject({
      id: "one",
      outcome: "success",
      overlong: true,
      durationMs: 800_000,
    });
  });

  test("at most 50 runs are open; the oldest is given up", () => {
    const steps = Array.from({ length: 60 }, (_, index): Step => [index, "start", { rid: `rid-${index}` }]);
    const story = playStory({}, steps);
    expect(story.check.state.memory.openRuns).toHaveLength(50);
    expect(story.runs.filter(({ outcome }) => outcome === "lost")).toHaveLength(10);
  });

  test("an edit gives open runs the new limit", () => {
    const story = playStory({}, [
      [0, "start"],
      [10, "edit", { maxRuntimeSeconds: 60 }],
    ]);
    expect(secondOf(story.check.state.deadlineAt ?? 0)).toBe(60);
  });
});

describe("a second run, a second host, too many of them", () => {
  const overlapping: Step[] = [
    [0, "start", { rid: A }],
    [10, "start", { rid: B }],
    [20, "success", { rid: A }],
  ];
  const twoHosts: Step[] = [
    [0, "success", { host: "a" }],
    [3600, "success", { host: "a" }],
    [3605, "success", { host: "b" }],
    [7200, "success", { host: "b" }],
  ];
  const storm: Step[] = [0, 10, 20, 30, 200].map((second) => [second, "success", { digest: `${second}` }]);

  test.each<[string, Partial<CheckSettings>, Step[], string[], string[]]>([
    ["overlap is allowed by default", {}, overlapping, ["new→up at 20"], []],
    ["or noted", { overlap: "note" }, overlapping, ["new→up at 20"], ["overlap at 10"]],
    [
      "or alerted, until the next success",
      { overlap: "alert" },
      overlapping,
      ["new→down at 10 (overlap), notified", "down→up at 20, notified"],
      [],
    ],
    [
      "two starts of one host without ids overlap too, further apart than a retry",
      { overlap: "alert" },
      [
        [0, "start"],
        [12, "start"],
        [103, "start"],
      ],
      ["new→down at 103 (overlap), notified"],
      [],
    ],
    ["one slot from two hosts is allowed by default", {}, twoHosts, ["new→up at 0"], []],
    [
      "or noted, once the slot is the same",
      { hostDuplicates: "note" },
      twoHosts,
      ["new→up at 0"],
      ["host-duplicate at 3605"],
    ],
    [
      "a slot that is due is begun anew, however late the one before was",
      {
        tooOften: { count: 1, of: "pings", windowSeconds: null },
        schedule: { kind: "interval", everySeconds: 300 },
      },
      [
        [0, "success", { rid: A }],
        [299, "start", { rid: B }],
        [904, "success", { rid: "cccccccc-0000-0000-0000-000000000000" }],
      ],
      ["new→up at 0", "up→down at 899 (overlong), notified", "down→up at 904, notified"],
      [],
    ],
    [
      "or noted, where the first one comes at the deadline of the slot before, and so is for its own",
      { hostDuplicates: "note", schedule: HOURLY, graceSeconds: 3600 },
      [
        [0, "success", { host: "a" }],
        [7200, "success", { host: "a" }],
        [7201, "success", { host: "b" }],
      ],
      ["new→up at 0", "up→down at 7200 (missed), notified", "down→up at 7200, notified"],
      ["host-duplicate at 7201"],
    ],
    [
      "or noted, where the first one comes as a run of an interval breaks its limit, and so is for the next slot",
      { hostDuplicates: "note", graceSeconds: 3600 },
      [
        [0, "success", { host: "a" }],
        [3500, "start", { host: "a", rid: A }],
        [7100, "start", { host: "a", rid: B }],
        [7200, "success", { host: "b", rid: "cccccccc-0000-0000-0000-000000000000" }],
      ],
      ["new→up at 0", "up→down at 7100 (overlong), notified", "down→up at 7200, notified"],
      ["host-duplicate at 7200"],
    ],
    [
      "or alerted, while the success itself would be good",
      { hostDuplicates: "alert" },
      [
        [0, "start", { host: "a", rid: A }],
        [5, "start", { host: "b", rid: B }],
      ],
      ["new→down at 5 (host-duplicate), notified"],
      [],
    ],
    [
      "too often within a window: down until it is over",
      { tooOften: { count: 2, of: "pings", windowSeconds: 60 } },
      storm,
      ["new→up at 0", "up→down at 20 (too-often), notified", "down→up at 200, notified"],
      [],
    ],
    [
      "too often within a slot: the first is the slot's own",
      { tooOften: { count: 1, of: "runs", windowSeconds: null }, schedule: HOURLY },
      [
        [0, "success"],
        [3600, "success"],
        [3700, "success"],
        [7200, "success"],
      ],
      ["new→up at 0", "up→down at 3700 (too-often), notified", "down→up at 7200, notified"],
      [],
    ],
  ])("%s", (_, settings, steps, lines, notices) => {
    const story = playStory(settings, steps);
    expect(flipLines(story)).toEqual(lines);
    expect(noticeLines(story)).toEqual(notices);
  });
});

describe("tolerance and recovery", () => {
  const fails: Step[] = [0, 3600, 7200, 10_800].map((second) => [second, "fail"]);
  test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
    [
      "down only after three bad slots in a row",
      { tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: true } },
      fails,
      ["new→up at 0", "up→down at 7200 (failed), notified"],
    ],
    [
      "a good one between breaks the row",
      { tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: true } },
      [
        [0, "fail"],
        [3600, "success"],
        [7200, "fail"],
        [10_800, "fail"],
      ],
      ["new→up at 0", "up→down at 10800 (failed), notified"],
    ],
    [
      "a retry that succeeds mends its slot",
      { tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: true } },
      [
        [0, "success"],
        [3600, "fail"],
        [3700, "success"],
        [7300, "fail"],
        [7400, "success"],
      ],
      ["new→up at 0"],
    ],
    [
      "missed slots count, one by one",
      { tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: true } },
      [
        [0, "success"],
        [20_000, "time"],
      ],
      ["new→up at 0", "up→down at 11400 (missed), notified"],
    ],
    [
      "not having run at all may be notified at once",
      { tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: false } },
      [
        [0, "success"],
        [3600, "fail"],
        [20_000, "time"],
      ],
      ["new→up at 0", "up→down at 7800 (missed), notified"],
    ],
    [
      "two of the last three",
      { tolerance: { kind: "of-last", bad: 2, of: 3, tolerateMissed: true } },
      [
        [0, "fail"],
        [3600, "success"],
        [7200, "success"],
        [10_800, "fail"],
        [14_400, "success"],
        [18_000, "fail"],
      ],
      ["new→up at 0", "up→down at 18000 (failed), notified"],
    ],
    [
      "up again only after three good ones in a row",
      { recoverAfter: 3 },
      [
        [0, "fail"],
        [100, "success"],
        [200, "success"],
        [300, "fail"],
        [400, "success"],
        [500, "success"],
        [512, "success"],
        [600, "success"],
      ],
      ["new→down at 0 (failed), notified", "down→up at 600, notified"],
    ],
    [
      "a slot that is missed meanwhile begins the count anew",
      { recoverAfter: 2 },
      [
        [0, "fail"],
        [3600, "success"],
        [12_000, "success"],
        [15_600, "success"],
      ],
      ["new→down at 0 (failed), notified", "down→up at 15600, notified"],
    ],
  ])("%s", (_, settings, steps, lines) => {
    expect(flipLines(playStory(settings, steps))).toEqual(lines);
  });
});

describe("the first ping", () => {
  test.each<[string, Step[], string[]]>([
    [
      "is missed after the first slot and the grace",
      [[9000, "time"]],
      ["new→down at 4200 (never-started), notified"],
    ],
    ["a success in time is nothing to tell", [[4000, "success"]], ["new→up at 4000"]],
    [
      "a resumed check waits for its first slot again",
      [
        [10, "pause"],
        [100, "resume"],
        [9000, "time"],
      ],
      ["new→paused at 10", "paused→new at 100", "new→down at 4300 (never-started), notified"],
    ],
  ])("%s", (_, steps, lines) => {
    expect(flipLines(playStory({ alertBeforeFirstPing: true }, steps))).toEqual(lines);
  });
});

describe("lateness", () => {
  test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
    [
      "jitter is allowed, before the grace begins to count",
      { jitterSeconds: 3600, schedule: { kind: "cron", expression: "0 */6 * * *", timezone: "UTC" } },
      [
        [0, "success"],
        [20 * 3600, "time"],
      ],
      [],
    ],
  ])("%s", (_, settings, steps) => {
    const story = playStory(settings, steps);
    const down = story.flips.find(({ to }) => to === "down");
    const slot = story.slots.find(({ outcome }) => outcome === "missed");
    expect((down?.at ?? 0) - (slot?.dueAt ?? 0)).toBe((3600 + 600) * 1000);
  });

  test("within the jitter a check is not shown as late", () => {
    const story = playStory({ jitterSeconds: 300 }, [[0, "success"]]);
    expect([3600, 3899, 3900, 4499, 4500].map(story.shown)).toEqual(["up", "up", "grace", "grace", "down"]);
  });

  test("slots say how late, and what came to nothing", () => {
    const story = playStory({ schedule: HOURLY }, [
      [0, "success"],
      [3601, "success"],
      [7500, "success"],
      [12_000, "time"],
      [13_000, "success"],
      [13_500, "fail"],
      [14_400, "fail"],
      [14_500, "success"],
    ]);
    expect(slotLines(story)).toEqual([
      "3600 on-time 1",
      "7200 late 300",
      "10800 missed 2200",
      "14400 late 100",
    ]);
  });

  test("a ping within the early margin counts for the next slot", () => {
    const steps: Step[] = [
      [0, "success"],
      [3500, "success"],
      [5000, "time"],
    ];
    expect(flipLines(playStory({ schedule: HOURLY }, steps))).toEqual([
      "new→up at 0",
      "up→down at 4200 (missed), notified",
    ]);
    const story = playStory({ schedule: HOURLY, earlyMarginSeconds: 120 }, steps);
    expect(flipLines(story)).toEqual(["new→up at 0"]);
    expect(slotLines(story)).toEqual(["3600 early -100"]);
    expect(secondOf(story.check.state.expectedAt ?? 0)).toBe(7200);
  });

  test("grace longer than the period: one success covers what is due and not past its deadline", () => {
    const story = playStory({ schedule: HOURLY, graceSeconds: 7200 }, [
      [0, "success"],
      [7300, "success"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 0"]);
    expect(slotLines(story)).toEqual(["3600 late 3700", "7200 late 100"]);
  });

  test("an interval pinged far more often than it asks has a slot at most every half of it", () => {
    const story = playStory(
      {},
      Array.from({ length: 120 }, (_, minute): Step => [minute * 60, "success"]),
    );
    expect(slotLines(story).length).toBeLessThanOrEqual(5);
    expect(slotLines(story).every((line) => line.includes("on-time"))).toBe(true);
  });
});

describe("what is usual", () => {
  const runs = (seconds: readonly number[]) =>
    seconds.flatMap((took, hour): Step[] => [
      [hour * 3600, "start"],
      [hour * 3600 + took, "success"],
    ]);
  const usual = Array.from({ length: 20 }, (_, hour) => 250 + (hour % 3));

  test.each<[string, number[], string[]]>([
    ["a run like the others is nothing", [...usual, 255], []],
    [
      "three times as long is worth a line while it runs",
      [...usual.slice(0, 19), 590],
      ["overlong at 68791.427"],
    ],
    ["so is almost nothing", [...usual.slice(0, 19), 2], ["too-quick at 68402"]],
    ["nine runs teach nothing yet", [...usual.slice(0, 9), 590], []],
    [
      "a long run that has a forerunner is nothing",
      [...usual.slice(0, 15), 590, 250, 250, 580],
      ["overlong at 54420.506"],
    ],
  ])("%s", (_, seconds, lines) => {
    const story = playStory({}, runs(seconds));
    expect(noticeLines(story)).toEqual(lines);
    expect(flipLines(story)).toHaveLength(1);
  });

  test("the notice says what was usual, and “this is normal now” forgets it", () => {
    const story = playStory({}, runs([...usual.slice(0, 19), 590]));
    expect(story.last.find(({ kind }) => kind === "notice")).toMatchObject({
      evidence: { durationMs: 391_427, baseline: { medianMs: 251_000, runs: 19 } },
    });
    const normal = fold(story.check, { kind: "baseline-reset", at: story.check.state.memory.evaluatedAt });
    expect(normal.check.state).toEqual({
      ...story.check.state,
      memory: {
        ...story.check.state.memory,
        durations: [],
        hours: undefined,
        outlierAfterMs: undefined,
      },
    });
  });
});

describe("an hour of the week that differs from the rest", () => {
  const WEEK_HOURS = 168;
  /** Hourly runs of 250 s, in one hour of each week as long as `weekly` says, in seconds. */
  const weeks = (weekly: readonly number[]) =>
    weekly.flatMap((long, week) =>
      Array.from({ length: WEEK_HOURS }, (_, hour): Step[] => [
        [(week * WEEK_HOURS + hour) * 3600, "start"],
        [(week * WEEK_HOURS + hour) * 3600 + (hour === 20 ? long : 250), "success"],
      ]).flat(),
    );

  test.each<[string, number[], number]>([
    ["is reported three times", Array<number>(3).fill(590), 3],
    ["then it is what is usual there", Array<number>(14).fill(590), 3],
    ["and a run that is quick for this hour alone is not", [...Array<number>(12).fill(590), 120], 4],
    ["nor is one that is long even for this hour", [...Array<number>(12).fill(590), 1500], 4],
    ["a single long one changes nothing: the next is long again", [590, 250, 250, 590], 2],
  ])("%s", (_, weekly, notices) => {
    expect(noticeLines(playStory({}, weeks(weekly)))).toHaveLength(notices);
  });

  test("three runs that vary beyond measure allow any length, also where maintenance recurs", () => {
    const rule = { kind: "weekly", weekdays: [1], time: "02:00", minutes: 60, timezone: "UTC" } as const;
    const settings = { maintenance: [{ rule, stoppedAt: null }], graceSeconds: 3000 };
    expect(flipLines(playStory(settings, weeks([0.001, 1.5, 2600, 250])))).toEqual(["new→up at 250"]);
  });
});

describe("an outlier, where the check asks for an alert", () => {
  const usual = Array.from({ length: 12 }, (_, hour): Step[] => [
    [hour * 3600, "start"],
    [hour * 3600 + 200, "success"],
  ]).flat();

  test.each<[string, Step[], string[]]>([
    [
      "is notified once, while it runs, and is over with the next good end",
      [
        [43_200, "start"],
        [43_500, "time"],
        [43_600, "time"],
        [43_650, "success"],
      ],
      ["up→down at 43563.702 (overlong), notified", "down→up at 43650, notified"],
    ],
    [
      "is none within an outage and the grace after it",
      [
        [43_200, "start"],
        [43_600, "outage", 43_250],
        [44_100, "time"],
      ],
      [],
    ],
    [
      "is none once this is normal",
      [
        [43_200, "start"],
        [43_400, "baseline-reset"],
        [43_700, "time"],
      ],
      [],
    ],
    [
      "is notified where it took almost nothing, until one takes its time again",
      [
        [43_200, "start"],
        [43_202, "success"],
        [46_800, "start"],
        [47_050, "success"],
      ],
      ["up→down at 43202 (too-quick), notified", "down→up at 47050, notified"],
    ],
  ])("%s", (_, steps, lines) => {
    const story = playStory({ outlierRuns: "alert" }, [...usual, ...steps]);
    expect(flipLines(story).slice(1)).toEqual(lines);
  });
});

function noticeLines({ effects }: Story): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "notice" ? [`${effect.notice} at ${secondOf(effect.at)}`] : [],
  );
}
