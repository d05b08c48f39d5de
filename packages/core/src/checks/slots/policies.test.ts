/** Rules 12, 14, 17, 33 and 42 to 46: timelines of real schedulers, as measured in the vectors' policies.json. */

import { describe, expect, test } from "vitest";
import type { Evidence } from "../event.ts";
import type { CheckSettings } from "../settings.ts";
import { flipLines, playStory, slotLines, type Step, type Story, T } from "../testing/story.ts";

/** Stories begin at 08:00:00 UTC. */
const cron = (scheduler: string, expression: string) =>
  ({ kind: "cron", scheduler, expression, timezone: "UTC" }) as const;
const every = (everySeconds: number) => ({ kind: "interval", everySeconds }) as const;
const TIMER = { kind: "oncalendar", expression: "*:0/10", timezone: "UTC" } as const;
const A = "aaaaaaaa-0000-0000-0000-000000000000";
const ONE_A_SLOT = { count: 1, of: "runs", windowSeconds: null } as const;

type Case = [string, Partial<CheckSettings>, Step[], string[], string[]];

const timelines = (cases: Case[]) =>
  test.each<Case>(cases)("%s", (_, settings, steps, flips, slots) => {
    const story = playStory(settings, steps);
    expect(flipLines(story)).toEqual(flips);
    expect(slotLines(story)).toEqual(slots);
  });

/** Runs of which only the ends are heard, each with an output of its own. */
const ends = (...seconds: number[]): Step[] =>
  seconds.map((second) => [second, "success", { digest: `${second}` }]);

/** A run with its id, from one second to another. */
const run = (from: number, until: number): [Step, Step] => {
  const rid = `00000000-0000-4000-8000-${String(from).padStart(12, "0")}`;
  return [
    [from, "start", { rid }],
    [until, "success", { rid }],
  ];
};

/** The steps of runs that overlap. */
const inOrder = (...steps: Step[]): Step[] => steps.toSorted(([one], [other]) => one - other);

/** What came at a second for the slot of another. */
const pingForSlot = (second: number, due: number): Step => [
  second,
  "success",
  { digest: `${second} ${due}`, dueAt: T + due * 1000 },
];

describe("what a scheduler makes up after it was down", () => {
  timelines([
    [
      "nothing, as cron: the run is lost, and the next one comes at its time",
      { schedule: cron("debian-cron", "0 * * * *"), tooOften: ONE_A_SLOT },
      [...ends(0, 3600, 10_800, 14_400), [14_999, "time"]],
      ["new→up at 0", "up→down at 7800 (missed), notified", "down→up at 10800, notified"],
      ["3600 on-time 0", "7200 missed", "10800 on-time 0", "14400 on-time 0"],
    ],
    [
      "the last one, as Celery: it is the late run of its slot",
      { schedule: cron("celery", "0 * * * *"), graceSeconds: 1800, tooOften: ONE_A_SLOT },
      [...ends(0, 5000, 7200), [8999, "time"]],
      ["new→up at 0"],
      ["3600 late 1400", "7200 on-time 0"],
    ],
    [
      "the last one, after its deadline: it is heard of as lost, and then as made up",
      { schedule: cron("celery", "0 * * * *"), tooOften: ONE_A_SLOT },
      [...ends(0, 5000, 7200), [7799, "time"]],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 5000, notified"],
      ["3600 missed 1400", "7200 on-time 0"],
    ],
    [
      "the last of three, as Kubernetes: the others are lost",
      { schedule: cron("kubernetes", "0 * * * *"), tooOften: ONE_A_SLOT },
      [...ends(0, 11_000, 14_400), [14_999, "time"]],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 11000, notified"],
      ["3600 missed", "7200 missed", "10800 late 200", "14400 on-time 0"],
    ],
    [
      "all at once, as node-schedule after a pause: each has its slot, and they are not too often",
      { schedule: cron("node-schedule", "* * * * *"), graceSeconds: 300, tooOften: ONE_A_SLOT },
      [...ends(0, 200, 200.2, 200.4, 240), [539, "time"]],
      ["new→up at 0"],
      ["60 late 140.2", "120 late 80.4", "180 on-time 20", "240 on-time 0"],
    ],
    [
      "all at once, as Debian's cron after a sleep of under five minutes",
      { schedule: cron("debian-cron", "* * * * *"), graceSeconds: 300, tooOften: ONE_A_SLOT },
      [...ends(0, 200, 200.2, 200.4, 240), [539, "time"]],
      ["new→up at 0"],
      ["60 late 140.2", "120 late 80.4", "180 on-time 20", "240 on-time 0"],
    ],
    [
      "one run more than there were slots is too often all the same",
      { schedule: cron("node-schedule", "* * * * *"), graceSeconds: 300, tooOften: ONE_A_SLOT },
      ends(0, 200, 200.2, 200.4, 200.6),
      ["new→up at 0", "up→down at 200.6 (too-often), notified"],
      ["60 late 140.2", "120 late 80.4", "180 on-time 20"],
    ],
    [
      "three at once of a scheduler that never starts several are too often",
      { schedule: cron("busybox", "0 * * * *"), graceSeconds: 3500, tooOften: ONE_A_SLOT },
      ends(0, 3600, 3600.2),
      ["new→up at 0", "up→down at 3600.2 (too-often), notified"],
      ["3600 on-time 0"],
    ],
    [
      "within a limit, as sidekiq-cron: within 60 s it is on time, after that it is lost",
      { schedule: cron("fugit", "0 * * * *") },
      [...ends(0, 3655, 10_800), [11_399, "time"]],
      ["new→up at 0", "up→down at 7800 (missed), notified", "down→up at 10800, notified"],
      ["3600 on-time 55", "7200 missed", "10800 on-time 0"],
    ],
    [
      "a new check may hear of a run that was due before it was made, as with procrastinate",
      { schedule: cron("overdue", "0 * * * *"), tooOften: ONE_A_SLOT },
      [pingForSlot(100, 0), ...ends(3600), [7199, "time"]],
      ["new→up at 100"],
      ["3600 on-time 0"],
    ],
  ]);
});

describe("a ping that names the due time of its run", () => {
  timelines([
    [
      "all at once in any order, as Prefect: each is counted for its own slot",
      { schedule: cron("overdue", "0 * * * *"), graceSeconds: 9000, tooOften: ONE_A_SLOT },
      [
        ...ends(0),
        pingForSlot(11_000, 10_800),
        pingForSlot(11_001, 3600),
        pingForSlot(11_002, 7200),
        [16_199, "time"],
      ],
      ["new→up at 0"],
      ["3600 late 7401", "7200 late 3802", "10800 late 200"],
    ],
    [
      "and of several whose deadlines an outage of ours puts off to one instant people are notified once",
      { schedule: cron("celery", "*/10 * * * *"), graceSeconds: 3600 },
      [
        ...ends(0),
        pingForSlot(2402, 2400),
        [3060, "outage", 3000],
        pingForSlot(3602, 3600),
        pingForSlot(4202, 4200),
        [6699, "time"],
      ],
      ["new→up at 0", "up→down at 6660 (missed), notified", "down→up at 6660, notified"],
      [
        "600 missed",
        "1200 missed",
        "1800 missed",
        "2400 on-time 2",
        "3000 excluded",
        "3600 on-time 2",
        "4200 on-time 2",
      ],
    ],
    [
      "the first and the last, as Airflow: the one between is notified as lost, and is over with that",
      { schedule: cron("airflow", "0 * * * *"), graceSeconds: 9000 },
      [...ends(0), pingForSlot(11_000, 3600), pingForSlot(11_010, 10_800), ...ends(14_400), [17_999, "time"]],
      ["new→up at 0", "up→down at 16200 (missed), notified", "down→up at 16200, notified"],
      ["3600 late 7400", "7200 missed", "10800 late 210", "14400 on-time 0"],
    ],
    [
      "the last alone, as Dagster: each of the others is notified as lost",
      { schedule: cron("dagster", "0 * * * *"), graceSeconds: 9000 },
      [...ends(0), pingForSlot(11_000, 10_800), pingForSlot(14_400, 14_400), [17_999, "time"]],
      [
        "new→up at 0",
        "up→down at 12600 (missed), notified",
        "down→up at 12600, notified",
        "up→down at 16200 (missed), notified",
        "down→up at 16200, notified",
      ],
      ["3600 missed", "7200 missed", "10800 late 200", "14400 on-time 0"],
    ],
    [
      "one that is made up after its deadline is counted for its own slot",
      { schedule: cron("airflow", "0 * * * *"), tooOften: ONE_A_SLOT },
      [
        ...ends(0),
        pingForSlot(11_000, 10_800),
        pingForSlot(11_001, 3600),
        pingForSlot(11_002, 7200),
        [14_999, "time"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 11000, notified"],
      ["3600 missed 7401", "7200 missed 3802", "10800 late 200"],
    ],
    [
      "a time that is none of the schedule's says nothing",
      { schedule: cron("airflow", "0 * * * *") },
      [...ends(0), pingForSlot(3600, 3000), pingForSlot(7200, 36_000), [10_799, "time"]],
      ["new→up at 0"],
      ["3600 on-time 0", "7200 on-time 0"],
    ],
  ]);
});

describe("a run that lasts until the next is due", () => {
  timelines([
    [
      "in parallel, as Kubernetes: both run, and neither is late",
      { schedule: cron("kubernetes", "*/10 * * * *"), graceSeconds: 900 },
      [
        run(0, 300),
        [[600, "start", { rid: A }], ...run(1200, 1260), [1400, "success", { rid: A }]] as Step[],
        run(1800, 1860),
        [[3299, "time"]] as Step[],
      ].flat(),
      ["new→up at 300"],
      ["600 on-time 0", "1200 on-time 0", "1800 on-time 0"],
    ],
    [
      "queued, as Graphile Worker: what waited is late, never early, and none too many",
      { schedule: cron("graphile-worker", "* * * * *"), graceSeconds: 300, tooOften: ONE_A_SLOT },
      [...ends(0), ...[run(60, 235), run(235, 236), run(236, 237), run(240, 241)].flat(), [299, "time"]],
      ["new→up at 0"],
      ["60 on-time 0", "120 late 115", "180 late 56", "240 on-time 0"],
    ],
    [
      "queued, and the run after those that waited is lost: it is notified",
      { schedule: cron("graphile-worker", "* * * * *"), graceSeconds: 60 },
      [...ends(0), ...[run(60, 119), run(120, 178), run(180, 238), run(238, 239)].flat(), [360, "time"]],
      ["new→up at 0", "up→down at 360 (missed), notified"],
      ["60 on-time 0", "120 on-time 0", "180 on-time 0", "240 early -2", "300 missed"],
    ],
    [
      "queued, of which only ends are heard: the run that waited is not early for the next, which is lost",
      { schedule: cron("graphile-worker", "* * * * *"), graceSeconds: 180 },
      [...ends(0, 235, 236, 237), [420, "time"]],
      ["new→up at 0", "up→down at 420 (missed), notified"],
      ["60 late 176", "120 late 117", "180 late 55", "240 missed"],
    ],
    [
      "skipped, as busybox: the run that is left out is lost, and notified",
      { schedule: cron("busybox", "*/10 * * * *"), graceSeconds: 120, maxRuntimeSeconds: 1200 },
      [...[run(0, 300), run(600, 1380), run(1800, 1900)].flat(), [2399, "time"]],
      ["new→up at 300", "up→down at 1320 (overlap), notified", "down→up at 1380, notified"],
      ["600 on-time 0", "1200 missed", "1800 on-time 0"],
    ],
    [
      "made up once at its end, as a systemd timer: it is late for its slot, and never early for the next",
      { schedule: TIMER, graceSeconds: 900, tooOften: ONE_A_SLOT },
      [
        ...[run(0, 30), run(600, 1440), run(1440, 2280), run(2280, 2700), run(3000, 3060)].flat(),
        [3899, "time"],
      ],
      ["new→up at 30"],
      ["600 on-time 0", "1200 late 240", "1800 late 480", "2400 late 300", "3000 on-time 0"],
    ],
    [
      "and of two that came due meanwhile one is lost, where the grace has passed",
      { schedule: TIMER, graceSeconds: 300, maxRuntimeSeconds: 3600 },
      [...[run(0, 60), run(600, 2150), run(2150, 2200), run(2400, 2460)].flat(), [2999, "time"]],
      ["new→up at 60", "up→down at 1500 (overlap), notified", "down→up at 2150, notified"],
      ["600 on-time 0", "1200 missed", "1800 missed 350", "2400 on-time 0"],
    ],
  ]);
});

describe("a job of an interval", () => {
  timelines([
    [
      "keeps its grid after a run that was made up, as BullMQ: that one is not too often",
      { schedule: every(3600), graceSeconds: 1800, tooOften: ONE_A_SLOT },
      [...ends(0, 3600, 8400, 10_800, 14_400), [18_000, "time"]],
      ["new→up at 0"],
      ["0 on-time 0", "3600 on-time 0", "7200 late 1200", "10800 on-time 0", "14400 on-time 0"],
    ],
    [
      "is lost where the grid has no run for it",
      { schedule: every(3600), graceSeconds: 1800 },
      [...ends(0, 3600, 8400, 10_800), [16_200, "time"]],
      ["new→up at 0", "up→down at 16200 (missed), notified"],
      ["0 on-time 0", "3600 on-time 0", "7200 late 1200", "10800 on-time 0", "14400 missed"],
    ],
    [
      "counts from the start, as robfig's @every: long and short runs are on time",
      { schedule: cron("kubernetes", "@every 60m") },
      [...[run(0, 500), run(3600, 3610), run(7200, 7790), run(10_800, 10_810)].flat(), [14_999, "time"]],
      ["new→up at 500"],
      ["0 on-time 0", "3600 on-time 0", "7200 on-time 0", "10800 on-time 0"],
    ],
    [
      "is not brought forward by the end of an older run",
      { schedule: cron("kubernetes", "@every 60m"), graceSeconds: 1800 },
      [
        ...run(0, 10),
        [100, "start", { rid: A }],
        [1000, "success", { rid: A.replaceAll("a", "b") }],
        [1500, "success", { rid: A }],
        [6400, "time"],
      ],
      ["new→up at 10", "up→down at 6400 (missed), notified"],
      ["0 on-time 0", "4600 missed"],
    ],
    [
      "and a run of it that is lost is notified",
      { schedule: cron("kubernetes", "@every 60m") },
      [...[run(0, 500), run(3600, 3610)].flat(), [7800, "time"]],
      ["new→up at 500", "up→down at 7800 (missed), notified"],
      ["0 on-time 0", "3600 on-time 0", "7200 missed"],
    ],
    [
      "begins anew at a restart, after an interval, as robfig: the slots move, and only the outage is notified",
      { schedule: cron("kubernetes", "@every 60m") },
      [...[run(0, 10), run(3600, 3610), run(8700, 8710), run(12_300, 12_310)].flat(), [15_900, "time"]],
      ["new→up at 10", "up→down at 7800 (missed), notified", "down→up at 8710, notified"],
      ["0 on-time 0", "3600 on-time 0", "7200 missed 1500", "12300 on-time 0"],
    ],
    [
      "begins anew at a restart with a run at once, as Spring's fixedRate",
      { schedule: every(3600) },
      [...ends(0, 3600, 5000, 8600, 12_200), [16_399, "time"]],
      ["new→up at 0"],
      ["0 on-time 0", "3600 on-time 0", "8600 on-time 0", "12200 on-time 0"],
    ],
    [
      "counts from the end, as fixedDelay: it comes later by as long as it took",
      { schedule: every(3600), graceSeconds: 600 },
      [...[run(0, 300), run(3900, 4400), run(8000, 8010)].flat(), [12_209, "time"]],
      ["new→up at 300"],
      ["300 on-time 0", "3900 on-time 0", "8000 on-time 0"],
    ],
  ]);
});

describe("a slot that is a window", () => {
  const HOUR = 3600;
  /** Stories begin at 08:00, on the day before day 1. */
  const at = (day: number, hour: number, minute = 0) => (day * 24 + hour - 8) * HOUR + minute * 60;
  timelines([
    [
      "of Jenkins' H: any time of the day is on time",
      { schedule: cron("jenkins", "@daily"), graceSeconds: HOUR },
      [...ends(at(0, 9), at(1, 8, 50), at(2, 8, 50), at(3, 23, 58)), [at(4, 0, 30), "time"]],
      [`new→up at ${at(0, 9)}`],
      [
        `${at(1, 0)} on-time ${(8 * 60 + 50) * 60}`,
        `${at(2, 0)} on-time ${(8 * 60 + 50) * 60}`,
        `${at(3, 0)} on-time ${(23 * 60 + 58) * 60}`,
      ],
    ],
    [
      "is lost an hour of grace after its end",
      { schedule: cron("jenkins", "H H * * *"), graceSeconds: HOUR },
      [...ends(at(0, 9), at(1, 9), at(3, 9)), [at(3, 10), "time"]],
      [
        `new→up at ${at(0, 9)}`,
        `up→down at ${at(3, 0, 59)} (missed), notified`,
        `down→up at ${at(3, 9)}, notified`,
      ],
      [`${at(1, 0)} on-time 32400`, `${at(2, 0)} missed`, `${at(3, 0)} on-time 32400`],
    ],
    [
      "is lost although the next run comes within the grace, and is over with that",
      { schedule: cron("jenkins", "H H * * *"), graceSeconds: HOUR },
      [...ends(at(0, 9), at(1, 0, 10), at(3, 0, 10)), [at(3, 10), "time"]],
      [
        `new→up at ${at(0, 9)}`,
        `up→down at ${at(3, 0, 59)} (missed), notified`,
        `down→up at ${at(3, 0, 59)}, notified`,
      ],
      [`${at(1, 0)} on-time 600`, `${at(2, 0)} missed`, `${at(3, 0)} on-time 600`],
    ],
    [
      "that a run is late for is met by it, where the runs before were late in their windows, too",
      { schedule: cron("jenkins", "H H * * *"), graceSeconds: HOUR },
      [...ends(at(0, 9), at(1, 23, 58), at(3, 0, 4), at(3, 23, 58)), [at(4, 0, 30), "time"]],
      [`new→up at ${at(0, 9)}`],
      [
        `${at(1, 0)} on-time ${(23 * 60 + 58) * 60}`,
        `${at(2, 0)} late ${(24 * 60 + 4) * 60}`,
        `${at(3, 0)} on-time ${(23 * 60 + 58) * 60}`,
      ],
    ],
    [
      "of cronie's ~, whatever it draws at a restart",
      { schedule: cron("cronie", "0~59 2~4 * * *"), graceSeconds: 600 },
      [...ends(at(0, 9), at(1, 2, 10), at(2, 4, 59), at(3, 3)), [at(4, 5, 9), "time"]],
      [`new→up at ${at(0, 9)}`, `up→down at ${at(4, 5, 9)} (missed), notified`],
      [
        `${at(1, 2)} on-time 600`,
        `${at(2, 2)} on-time ${179 * 60}`,
        `${at(3, 2)} on-time 3600`,
        `${at(4, 2)} missed`,
      ],
    ],
    [
      "that the very first run comes after is settled by it too, so that no run is a window behind",
      {
        schedule: cron("cronie", "30 1~5 * * *"),
        graceSeconds: 24 * HOUR,
        alertBeforeFirstPing: true,
      },
      [...ends(at(2, 5, 19), at(3, 5, 19), at(4, 6, 5)), [at(5, 1), "time"]],
      [`new→up at ${at(2, 5, 19)}`],
      [
        `${at(1, 1, 30)} late ${(27 * 60 + 49) * 60}`,
        `${at(2, 1, 30)} on-time ${(3 * 60 + 49) * 60}`,
        `${at(3, 1, 30)} on-time ${(3 * 60 + 49) * 60}`,
        `${at(4, 1, 30)} late ${(4 * 60 + 35) * 60}`,
      ],
    ],
    [
      "belongs to the run before where a second one comes in the next window",
      { schedule: cron("cronie", "0~59 * * * *"), graceSeconds: HOUR },
      [
        ...ends(at(0, 9, 5), at(0, 10, 8), at(0, 11, 8), at(0, 13, 3), at(0, 13, 58)),
        [at(0, 14, 20), "time"],
      ],
      [`new→up at ${at(0, 9, 5)}`],
      [
        `${at(0, 10)} on-time 480`,
        `${at(0, 11)} on-time 480`,
        `${at(0, 12)} late ${63 * 60}`,
        `${at(0, 13)} on-time ${58 * 60}`,
      ],
    ],
    [
      "is failed by the run before where that hangs, and the second one in the next window is well",
      { schedule: cron("cronie", "0~59 * * * *"), graceSeconds: HOUR, maxRuntimeSeconds: HOUR },
      [
        ...ends(at(0, 9, 5)),
        ...[run(at(0, 10, 8), at(0, 10, 9)), run(at(0, 11, 8), at(0, 11, 9))].flat(),
        [at(0, 13, 3), "start", { rid: A }],
        ...run(at(0, 13, 58), at(0, 13, 59)),
        [at(0, 14, 20), "time"],
      ],
      [`new→up at ${at(0, 9, 5)}`, `up→down at ${at(0, 14, 3)} (overlong), notified`],
      [
        `${at(0, 10)} on-time 480`,
        `${at(0, 11)} on-time 480`,
        `${at(0, 12)} failed ${63 * 60}`,
        `${at(0, 13)} on-time ${58 * 60}`,
      ],
    ],
    [
      "is met by the first run after a pause, wherever in its window runs began before",
      { schedule: cron("jenkins", "@daily"), graceSeconds: 24 * HOUR, alertBeforeFirstPing: true },
      [
        ...ends(at(1, 23)),
        [at(2, 1), "pause"],
        [at(2, 2), "resume"],
        ...ends(at(4, 1), at(5, 1)),
        [at(6, 23), "time"],
      ],
      [
        `new→up at ${at(1, 23)}`,
        `up→paused at ${at(2, 1)}`,
        `paused→new at ${at(2, 2)}`,
        `new→up at ${at(4, 1)}`,
      ],
      [
        `${at(1, 0)} on-time ${23 * HOUR}`,
        `${at(3, 0)} late ${25 * HOUR}`,
        `${at(4, 0)} on-time ${HOUR}`,
        `${at(5, 0)} on-time ${HOUR}`,
      ],
    ],
    [
      "is met by a late run as the newest run before it tells, although an older one ends after that",
      { schedule: cron("cronie", "0~59 * * * *"), graceSeconds: HOUR, maxRuntimeSeconds: 3 * HOUR },
      [
        ...inOrder(
          ...run(at(0, 10, 5), at(0, 11, 29)),
          ...run(at(0, 11, 8), at(0, 12, 43)),
          ...run(at(0, 11, 58), at(0, 13, 6)),
          ...run(at(0, 13, 4), at(0, 14, 17)),
          ...run(at(0, 14, 8), at(0, 15, 15)),
        ),
        [at(0, 15, 30), "time"],
      ],
      [`new→up at ${at(0, 11, 29)}`],
      [`${at(0, 12)} late ${64 * 60}`, `${at(0, 13)} late ${68 * 60}`],
    ],
    [
      "of the first late run is found by the newest run that began before the first end",
      { schedule: cron("cronie", "0~59 * * * *"), graceSeconds: HOUR, maxRuntimeSeconds: 3 * HOUR },
      [
        ...inOrder(
          ...run(at(0, 9, 1), at(0, 10, 20)),
          ...run(at(0, 9, 58), at(0, 11, 20)),
          ...run(at(0, 11, 2), at(0, 11, 30)),
          ...run(at(0, 12, 3), at(0, 12, 30)),
        ),
        [at(0, 12, 40), "time"],
      ],
      [`new→up at ${at(0, 10, 20)}`],
      [`${at(0, 10)} late ${62 * 60}`, `${at(0, 11)} late ${63 * 60}`],
    ],
    [
      "is met by the run that is a second late after one that came just before the next window",
      { schedule: cron("cronie", "0~59 * * * *"), graceSeconds: 600 },
      [...ends(at(0, 9, 45), at(0, 10, 45), at(0, 11) - 1, at(0, 12) + 1), [at(0, 13, 5), "time"]],
      [`new→up at ${at(0, 9, 45)}`],
      [`${at(0, 10)} on-time ${45 * 60}`, `${at(0, 11)} late 3601`],
    ],
    [
      "of working days is met by the run in it, also where the first run came before a week-end",
      { schedule: cron("cronie", "30 1~5 * * 1-5"), graceSeconds: 24 * HOUR },
      // Stories begin on a Friday: day 6 is a Thursday, day 11 the Tuesday after.
      [...ends(at(6, 2, 44), at(11, 1, 49), at(12, 1, 49)), [at(13, 1), "time"]],
      [
        `new→up at ${at(6, 2, 44)}`,
        `up→down at ${at(8, 5, 30)} (missed), notified`,
        `down→up at ${at(11, 1, 49)}, notified`,
        `up→down at ${at(11, 5, 30)} (missed), notified`,
        `down→up at ${at(11, 5, 30)}, notified`,
      ],
      [
        `${at(7, 1, 30)} missed`,
        `${at(10, 1, 30)} missed`,
        `${at(11, 1, 30)} on-time ${19 * 60}`,
        `${at(12, 1, 30)} on-time ${19 * 60}`,
      ],
    ],
    [
      "is not waited for after a pause that it began before",
      { schedule: cron("jenkins", "H * * * *"), graceSeconds: 600, maxRuntimeSeconds: 3 * HOUR },
      [
        ...inOrder(
          ...run(at(0, 9, 55), at(0, 11, 5)),
          ...ends(at(0, 10, 50)),
          [at(0, 10, 55), "pause"],
          ...ends(at(0, 11, 50)),
        ),
        [at(0, 12, 30), "time"],
      ],
      [`new→up at ${at(0, 10, 50)}`, `up→paused at ${at(0, 10, 55)}`, `paused→up at ${at(0, 11, 5)}`],
      [`${at(0, 11)} on-time ${50 * 60}`],
    ],
    [
      "is not waited for by a new check whose first run outlasts its deadline",
      { schedule: cron("jenkins", "H * * * *"), graceSeconds: 600, maxRuntimeSeconds: 3 * HOUR },
      [...run(at(0, 9, 50), at(0, 12, 15)), ...ends(at(0, 12, 50)), [at(0, 13, 30), "time"]],
      [`new→up at ${at(0, 12, 15)}`],
      [`${at(0, 12)} on-time ${50 * 60}`],
    ],
    [
      "is met by no run of the window before, though it began a minute ahead",
      { schedule: cron("jenkins", "H * * * *"), graceSeconds: 600 },
      [...ends(at(0, 9, 59), at(0, 10, 59), at(0, 11, 59.5), at(0, 12, 59)), [at(0, 13, 30), "time"]],
      [`new→up at ${at(0, 9, 59)}`],
      [10, 11, 12].map((hour) => `${at(0, hour)} on-time ${(hour === 11 ? 59.5 : 59) * 60}`),
    ],
    [
      "is waited for from the begin of the first run on, though that ends in the next window",
      { schedule: cron("jenkins", "H * * * *"), graceSeconds: 600 },
      [
        [at(0, 9, 58), "start"],
        [at(0, 10, 2), "success"],
        ...ends(at(0, 10, 58), at(0, 11, 58)),
        [at(0, 12, 30), "time"],
      ],
      [`new→up at ${at(0, 10, 2)}`],
      [`${at(0, 10)} on-time ${58 * 60}`, `${at(0, 11)} on-time ${58 * 60}`],
    ],
    [
      "is met by a clock that is a little ahead of it",
      { schedule: cron("cronie", "0~59 3 * * *"), graceSeconds: 24 * HOUR },
      [...ends(at(0, 3), at(1, 3, 0), at(3, 2, 59.95), at(4, 3)), [at(5, 2), "time"]],
      [
        `new→up at ${at(0, 3)}`,
        `up→down at ${at(3, 3, 59)} (missed), notified`,
        `down→up at ${at(3, 3, 59)}, notified`,
      ],
      [`${at(1, 3)} on-time 0`, `${at(2, 3)} missed`, `${at(3, 3)} early -3`, `${at(4, 3)} on-time 0`],
    ],
    [
      "is none where the name of the Jenkins job tells the very minute",
      { schedule: { ...cron("jenkins", "@daily"), job: "flavours" }, graceSeconds: 600 },
      [...ends(at(0, 9), at(1, 8, 50)), [at(2, 9), "time"]],
      [`new→up at ${at(0, 9)}`, `up→down at ${at(2, 9)} (missed), notified`],
      [`${at(1, 8, 50)} on-time 0`, `${at(2, 8, 50)} missed`],
    ],
  ]);
});

describe("a set-up that the check names", () => {
  const forbid = { ...cron("kubernetes", "*/5 * * * *"), setup: { overlap: "one-at-the-end" } } as const;
  const replace = { ...forbid, setup: { overlap: "replaced" } } as const;
  /** The run of second 300 goes on until 610; what comes right at its end was due at 600, or is an extra run. */
  const atTheEnd: Step[] = [
    ...run(0, 10),
    ...run(300, 610),
    ...run(612, 620),
    ...run(900, 910),
    [1_000, "time"],
  ];

  timelines([
    [
      "Forbid: what starts right at the end of a run has waited for it",
      { schedule: forbid, graceSeconds: 400, tooOften: ONE_A_SLOT },
      atTheEnd,
      ["new→up at 10"],
      ["300 on-time 0", "600 on-time 12", "900 on-time 0"],
    ],
    [
      "Replace: nothing waits, so a further run of the slot is too often",
      { schedule: replace, graceSeconds: 400, tooOften: ONE_A_SLOT },
      atTheEnd,
      ["new→up at 10", "up→down at 612 (too-often), notified", "down→up at 620, notified"],
      ["300 on-time 0", "600 on-time 10", "900 on-time 0"],
    ],
    [
      "an interval that counts from start to start expects the next run so, however long the last one took",
      { schedule: { ...every(3600), scheduler: "bullmq" }, graceSeconds: 600 },
      [...run(0, 10), ...run(3600, 4100), [7_799, "time"], [7_800, "time"]],
      ["new→up at 10", "up→down at 7800 (missed), notified"],
      ["0 on-time 0", "3600 on-time 0", "7200 missed"],
    ],
    [
      "one that counts from the end of the last run does not",
      {
        schedule: { ...every(3600), scheduler: "spring", setup: { missed: "fixed-delay" } },
        graceSeconds: 600,
      },
      [...run(0, 10), ...run(3600, 4100), [8_299, "time"], [8_300, "time"]],
      ["new→up at 10", "up→down at 8300 (missed), notified"],
      ["10 on-time 0", "3610 on-time -10", "7700 missed"],
    ],
  ]);

  test("moves no slot when it is edited", () => {
    const before = playStory({ schedule: forbid }, [...run(0, 10), [100, "time"]]);
    const after = playStory({ schedule: forbid }, [...run(0, 10), [100, "edit", { schedule: replace }]]);
    expect(after.check.state.expectedAt).toBe(before.check.state.expectedAt);
    expect(after.flips).toEqual(before.flips);
  });
});

describe("an alert of a run that did not come", () => {
  test.each<[string, CheckSettings["schedule"], Evidence["policy"]]>([
    [
      "says that it is lost where nothing is made up, and when the next is due",
      cron("debian-cron", "0 * * * *"),
      { text: "cron (Debian) makes up nothing", lostFrom: T + 3_600_000, nextAt: T + 7_200_000 },
    ],
    [
      "says that it may still come where it may",
      cron("celery", "0 * * * *"),
      {
        text: "Celery beat (schedule file kept) runs the last missed time, however late",
        lostFrom: null,
        nextAt: T + 7_200_000,
      },
    ],
    [
      "says so of a systemd timer",
      { kind: "oncalendar", expression: "hourly", timezone: "UTC" },
      { text: "systemd timer (OnCalendar) makes up nothing", lostFrom: T + 3_600_000, nextAt: T + 7_200_000 },
    ],
    [
      "says what the set-up makes up that the check names",
      { ...cron("celery", "0 * * * *"), setup: { missed: "file-lost" } },
      {
        text: "Celery beat (schedule file lost at each start, as in a container) makes up nothing",
        lostFrom: T + 3_600_000,
        nextAt: T + 7_200_000,
      },
    ],
    [
      "says until when it may come by the scheduler's own limit",
      { ...cron("kubernetes", "0 * * * *"), setup: { withinSeconds: 900 } },
      {
        text: "Kubernetes (with startingDeadlineSeconds) runs the last missed time if the scheduler is back within 15 minutes of the missed time",
        lostFrom: T + 4_500_000,
        nextAt: T + 7_200_000,
      },
    ],
    ["says nothing where nobody measured it", cron("jenkins", "0 * * * *"), undefined],
    ["says nothing of an interval whose scheduler is not known", every(3600), undefined],
    [
      "says it of an interval, and the next due time where those do not move",
      { ...every(3600), scheduler: "bullmq" },
      {
        text: "BullMQ (every) runs the last missed time, however late",
        lostFrom: null,
        nextAt: T + 7_200_000,
      },
    ],
    [
      "says no next due time of an interval that begins anew at each restart",
      { ...every(3600), scheduler: "gocron" },
      { text: "gocron (a DurationJob) makes up nothing", lostFrom: T + 3_600_000, nextAt: null },
    ],
    [
      "says it of a line that counts from the last start",
      cron("kubernetes", "@every 60m"),
      {
        text: "Kubernetes (without startingDeadlineSeconds) runs the last missed time, however late",
        lostFrom: null,
        nextAt: T + 7_200_000,
      },
    ],
  ])("%s", (_, schedule, policy) => {
    const story = playStory({ schedule }, [...ends(0), [4200, "time"]]);
    expect(evidenceOf(story)?.policy).toEqual(policy);
  });
});

function evidenceOf({ effects }: Story): Evidence | undefined {
  return effects.find((effect) => effect.kind === "incident-opened")?.evidence;
}
