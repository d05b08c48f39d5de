/** Rules 5, 6a and 29 to 31. */

import { describe, expect, test } from "vitest";
import type { CheckState } from "../check.ts";
import type { CheckSettings } from "../settings.ts";
import type { Event } from "../event.ts";
import { fold } from "../fold.ts";
import { newCheck } from "../new-check.ts";
import {
  flipLines,
  pingOf,
  secondOf,
  settingsOf,
  slotLines,
  type Step,
  summary,
  T,
  playStory,
} from "../testing/story.ts";

const A = "aaaaaaaa-0000-0000-0000-000000000000";
const B = "bbbbbbbb-0000-0000-0000-000000000000";

describe("out of order ends as in order", () => {
  const rows: [string, Partial<CheckSettings>, Step[], Step[]][] = [
    [
      "a success before its start",
      {},
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A }],
      ],
      [
        [70, "success", { rid: A }],
        [10, "start", { rid: A }],
      ],
    ],
    [
      "a success before its start, without ids",
      {},
      [
        [10, "start"],
        [70, "success"],
      ],
      [
        [70, "success"],
        [10, "start"],
      ],
    ],
    [
      "a start again after its success",
      {},
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A }],
      ],
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A }],
        [10, "start", { rid: A }],
      ],
    ],
    [
      "a retried start",
      {},
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A }],
      ],
      [
        [12, "start", { rid: A }],
        [10, "start", { rid: A }],
        [70, "success", { rid: A }],
      ],
    ],
    [
      "a retried success",
      {},
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A, digest: "d" }],
      ],
      [
        [10, "start", { rid: A }],
        [70, "success", { rid: A, digest: "d" }],
        [75, "success", { rid: A, digest: "d" }],
      ],
    ],
    [
      "a success after a newer fail stays down",
      {},
      [
        [10, "success", { rid: A }],
        [20, "fail", { rid: B }],
      ],
      [
        [20, "fail", { rid: B }],
        [10, "success", { rid: A }],
      ],
    ],
    [
      "two runs, their ends swapped",
      { maxRuntimeSeconds: 300 },
      [
        [0, "start", { rid: A }],
        [1, "start", { rid: B }],
        [100, "success", { rid: A }],
        [110, "success", { rid: B }],
      ],
      [
        [1, "start", { rid: B }],
        [0, "start", { rid: A }],
        [110, "success", { rid: B }],
        [100, "success", { rid: A }],
      ],
    ],
  ];

  test.each(rows)("%s", (_, settings, inOrder, outOfOrder) => {
    const expected = playStory(settings, inOrder).check.state;
    expect(essence(playStory(settings, outOfOrder).check.state)).toEqual(essence(expected));
  });

  test("a late failure that a newer success has passed is notified and over", () => {
    const story = playStory({}, [
      [0, "success"],
      [20, "success", { rid: B }],
      [10, "fail", { rid: A }],
    ]);
    expect(flipLines(story)).toEqual([
      "new→up at 0",
      "up→down at 10 (failed), notified",
      "down→up at 20, notified",
    ]);
  });

  test("a ping in time that comes after the miss was evaluated mends the slot and brings the check up", () => {
    const story = playStory({}, [
      [0, "success"],
      [4300, "time"],
      [4190, "success"],
    ]);
    expect(flipLines(story)).toEqual([
      "new→up at 0",
      "up→down at 4200 (missed), notified",
      "down→up at 4200, notified",
    ]);
    expect(slotLines(story)).toEqual(["0 on-time 0", "3600 late 590"]);
  });

  test("a run that another fail had ended is corrected by its own success", () => {
    const story = playStory({}, [
      [0, "start", { id: "one", rid: A }],
      [100, "fail", { rid: B }],
      [200, "success", { rid: A }],
    ]);
    expect(story.runs).toMatchObject([
      { id: "one", outcome: "success", durationMs: 200_000, guessed: false },
    ]);
    expect(story.check.state.status).toBe("up");
  });

  test("a start for a run that has ended opens nothing", () => {
    const story = playStory({}, [
      [10, "success", { rid: A }],
      [12, "start", { rid: A }],
    ]);
    expect(story.check.state.lastStartAt).toBeNull();
    expect(story.last).toEqual([
      { kind: "ping", id: "ping-1", number: 2, stored: "start", note: "out-of-order" },
    ]);
  });

  test("one run id for every run still works, run after run", () => {
    const steps = [1, 2, 3].flatMap((hour): Step[] => [
      [hour * 3600, "start", { rid: A }],
      [hour * 3600 + 60, "success", { rid: A }],
    ]);
    const story = playStory({}, steps);
    expect(flipLines(story)).toEqual(["new→up at 3660"]);
    expect(story.check.state.lastDurationMs).toBe(60_000);
    expect(story.runs).toHaveLength(3);
  });

  test("a heartbeat with one run id for ever is not taken for retries of its first", () => {
    const steps = Array.from({ length: 60 }, (_, minute): Step => [minute * 60, "success", { rid: A }]);
    const story = playStory({ schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 60 }, steps);
    expect(flipLines(story)).toEqual(["new→up at 0"]);
  });

  test("a ping from before a pause does not end it", () => {
    const story = playStory({}, [
      [0, "success"],
      [100, "pause"],
      [99, "success"],
      [98, "start", { rid: A }],
    ]);
    expect(story.check.state).toMatchObject({ status: "paused", lastStartAt: null, deadlineAt: null });
  });

  test("a pause or an edit stamped before the last ping happens after it", () => {
    const paused = playStory({}, [
      [100, "success"],
      [90, "pause"],
    ]);
    expect(flipLines(paused)).toEqual(["new→up at 100", "up→paused at 100"]);
  });
});

describe("outages", () => {
  test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
    [
      "a deadline inside waits until the end plus the grace",
      {},
      [
        [0, "success"],
        [5000, "outage", 4000],
        [5599, "time"],
      ],
      ["new→up at 0"],
    ],
    [
      "nothing by then: down, at that instant",
      {},
      [
        [0, "success"],
        [5000, "outage", 4000],
        [9999, "time"],
      ],
      ["new→up at 0", "up→down at 5600 (missed), notified"],
    ],
    [
      "a ping by then: nothing to tell",
      {},
      [
        [0, "success"],
        [5000, "outage", 4000],
        [5599, "success"],
        [6000, "time"],
      ],
      ["new→up at 0"],
    ],
    [
      "a deadline that had passed before it is evaluated as ever",
      {},
      [
        [0, "success"],
        [5000, "outage", 4201],
        [9999, "time"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
    ],
    [
      "a slot that is due after it is evaluated as ever",
      {},
      [
        [0, "success"],
        [3599, "outage", 3000],
        [9999, "time"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
    ],
    [
      "an open run waits as well",
      {},
      [
        [0, "start"],
        [900, "outage", 500],
        [1499, "time"],
        [1500, "time"],
      ],
      ["new→down at 1500 (overlong), notified"],
    ],
    [
      "two of them",
      {},
      [
        [0, "success"],
        [5000, "outage", 4000],
        [5700, "outage", 5500],
        [5999, "time"],
        [6000, "time"],
      ],
      ["new→up at 0", "up→down at 6000 (missed), notified"],
    ],
    [
      "a row of short ones gives back what they took, and one grace",
      {},
      [
        [0, "success"],
        [4006, "outage", 4000],
        [4306, "outage", 4300],
        [4606, "outage", 4600],
        [4906, "outage", 4900],
        [5206, "outage", 5200],
        [5300, "time"],
      ],
      ["new→up at 0", "up→down at 4818 (missed), notified"],
    ],
    [
      "a further one just before the end leaves the time to try again",
      {},
      [
        [0, "success"],
        [4210, "outage", 4200],
        [4816, "outage", 4806],
        [4829, "time"],
        [4831, "time"],
      ],
      ["new→up at 0", "up→down at 4831 (missed), notified"],
    ],
  ])("%s", (_, settings, steps, lines) => {
    expect(flipLines(playStory(settings, steps))).toEqual(lines);
  });

  test("slots inside that nothing came for are excluded", () => {
    const minutely = { kind: "cron", expression: "* * * * *", timezone: "UTC" } as const;
    const story = playStory({ schedule: minutely, graceSeconds: 60 }, [
      [0, "success"],
      [60, "success"],
      [290, "outage", 100],
      [420, "time"],
    ]);
    expect(slotLines(story)).toEqual([
      "60 on-time 0",
      "120 excluded",
      "180 excluded",
      "240 excluded",
      "300 missed",
      "360 missed",
    ]);
  });

  test("the newest end is remembered, and the same outage twice changes nothing", () => {
    const once = playStory({}, [
      [0, "success"],
      [5000, "outage", 4000],
    ]);
    const twice = playStory({}, [
      [0, "success"],
      [5000, "outage", 4000],
      [5000, "outage", 4000],
    ]);
    expect(secondOf(once.check.state.memory.outageUntil ?? 0)).toBe(5000);
    expect(twice.check).toEqual(once.check);
  });
});

describe("a long silence", () => {
  const minutely = { schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 60 } as const;
  const YEAR = 365 * 86_400;

  test("is written a bounded part at a time, with one flip, at the first deadline", () => {
    const story = playStory(minutely, [
      [0, "success"],
      [YEAR, "time"],
    ]);
    expect(flipLines(story)).toEqual(["new→up at 0", "up→down at 120 (missed), notified"]);
    expect(story.last.length).toBeLessThan(1010);
    expect(story.nextAt).toBeLessThan(T + YEAR * 1000);
  });

  test("a ping after it decides at once, and the rest is written by the folds that follow", () => {
    const hours = 100;
    const steps: Step[] = [
      [0, "success"],
      [hours * 3600, "success"],
    ];
    const story = playStory(minutely, steps);
    expect(flipLines(story)).toEqual([
      "new→up at 0",
      "up→down at 120 (missed), notified",
      `down→up at ${hours * 3600}, notified`,
    ]);
    const folds = Array.from({ length: 8 }, (): Step => [hours * 3600, "time"]);
    const later = playStory(minutely, [...steps, ...folds]);
    expect(later.slots).toHaveLength(hours * 60 + 1);
    expect(later.slots.filter(({ outcome }) => outcome === "missed")).toHaveLength(hours * 60 - 1);
    expect(later.check.state.memory.backlog).toEqual([]);
  });
});

/** What must not depend on the order in which pings were folded. */
function essence({ status, lastPingAt, lastStartAt, lastDurationMs, expectedAt, deadlineAt }: CheckState) {
  return { status, lastPingAt, lastStartAt, lastDurationMs, expectedAt, deadlineAt };
}

describe("the watermark", () => {
  const at = (second: number) => T + second * 1000;
  const first = fold(newCheck("check", T, settingsOf()), { kind: "ping", ping: pingOf(T, "success") }).check;
  const late: Event = { kind: "ping", ping: pingOf(at(4210), "success"), knownUntil: at(4199) };

  test("a ping after a deadline that cannot be evaluated yet waits", () => {
    const { check, effects, nextAt } = fold(first, late);
    expect(effects.map(({ kind }) => kind)).toEqual(["ping"]);
    expect(check.state).toMatchObject({ status: "up", pingCount: 2, lastPingAt: T });
    expect(nextAt).toBe(at(4200));
  });

  test("one that was in time comes after all: no alert", () => {
    const waiting = fold(first, late).check;
    const inTime = fold(waiting, {
      kind: "ping",
      ping: pingOf(at(4190), "success", { digest: "in time" }),
      knownUntil: at(4205),
    });
    expect(inTime.effects.filter(({ kind }) => kind === "flip")).toEqual([]);
    expect(inTime.check.state).toMatchObject({ lastPingAt: at(4210), memory: { deferred: [] } });
  });

  test("none comes: down at the deadline, up at the ping that waited", () => {
    const { effects } = fold(fold(first, late).check, { kind: "time", now: at(4211) });
    expect(flipLines(summary(effects))).toEqual([
      "up→down at 4200 (missed), notified",
      "down→up at 4210, notified",
    ]);
  });

  test.each<[string, Event]>([
    ["ping", { kind: "ping", ping: pingOf(at(8000), "success", { digest: "next" }) }],
    ["pause", { kind: "pause", at: at(8000) }],
  ])(
    "a ping that waited comes before the deadlines after it, where a later %s evaluates them",
    (_, event) => {
      const { effects } = fold(fold(first, late).check, event);
      expect(flipLines(summary(effects)).slice(0, 2)).toEqual([
        "up→down at 4200 (missed), notified",
        "down→up at 4210, notified",
      ]);
    },
  );

  test("an outage that is stored afterwards still counts", () => {
    const waiting = fold(first, late).check;
    const { check, effects } = fold(waiting, { kind: "outage", from: at(4195), until: at(4205) });
    expect(effects.filter(({ kind }) => kind === "flip")).toEqual([]);
    expect(check.state.lastPingAt).toBe(at(4210));
  });

  test("a person's act evaluates no deadline that is not known", () => {
    const { effects } = fold(first, { kind: "pause", at: at(4210), knownUntil: at(4199) });
    expect(flipLines(summary(effects))).toEqual(["up→paused at 4210"]);
  });
});

test("an end that another receiver's clock puts before its start has no duration", () => {
  const { runs } = playStory({}, [
    [10, "start", { rid: A }],
    [10, "fail", { rid: B }],
    [9, "success", { rid: A }],
  ]);
  expect(runs).toMatchObject([{ rid: A, startedAt: null, outcome: "success", durationMs: null }]);
});

test("a good end that a later one has overtaken still meets the slot that it is early for", () => {
  const story = playStory(
    { schedule: { kind: "cron", expression: "*/20 * * * *", timezone: "UTC" }, graceSeconds: 60 },
    [
      [1_190, "start", { rid: A }],
      [10, "start", { rid: B }],
      [1_195, "success", { rid: B }],
      [1_192, "success", { rid: A }],
      [1_300, "time"],
    ],
  );
  expect(slotLines(story)).toEqual(["1200 early -10"]);
});

test("a run that was given up and ends after all is as early as it began", () => {
  const story = playStory(
    { schedule: { kind: "cron", expression: "*/20 * * * *", timezone: "UTC" }, graceSeconds: 60 },
    [
      [10, "start", { rid: A }],
      [600, "start", { rid: B }],
      [1_150, "success", { rid: B }],
      [1_195, "success", { rid: A }],
      [1_300, "time"],
    ],
  );
  expect(slotLines(story)).toEqual(["1200 missed"]);
});

test("how long a run took is taken from its client where its start was not received, and measured where it was", () => {
  const runsOf = (steps: Step[]) =>
    playStory({}, steps).runs.map(({ startedAt, durationMs }) => [
      startedAt === null ? null : secondOf(startedAt),
      durationMs,
    ]);
  const end: Step = [70, "success", { rid: A, durationMs: 30_000 }];
  expect(runsOf([end])).toEqual([[40, 30_000]]);
  expect(runsOf([[10, "start", { rid: A }], end])).toEqual([[10, 60_000]]);
  expect(runsOf([end, [75, "start", { rid: A }]])).toEqual([[40, 30_000]]);
  expect(runsOf([[70, "success", { durationMs: 30_000 }]])).toEqual([[40, 30_000]]);
});

test("a run that was too quick by its client's clock is a failure", () => {
  const steps: Step[] = [[70, "success", { durationMs: 3_000 }]];
  expect(flipLines(playStory({ minRuntimeSeconds: 10 }, steps))).toEqual([
    "new→down at 70 (too-quick), notified",
  ]);
});

test("a receiver that stores what it kept does not pass a deadline that the others have passed, before its own pings for it", () => {
  const settings = settingsOf({ schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 30 });
  const othersAt = T + 1_000_000;
  // One receiver is up to date; the other one has kept the pings in between, and stores them in their order.
  const upToDate = [
    { second: 0, knownUntil: T },
    { second: 240, knownUntil: T },
  ];
  const kept = [60, 120, 180].map((second) => ({ second, knownUntil: othersAt }));
  let check = newCheck("check", T, settings);
  const opened: unknown[] = [];
  for (const { second, knownUntil } of [...upToDate, ...kept]) {
    const ping = pingOf(T + second * 1_000, "success", { rid: `r${second}` });
    const folded = fold(check, { kind: "ping", ping, knownUntil });
    check = folded.check;
    opened.push(...folded.effects.filter((effect) => effect.kind === "incident-opened"));
  }
  const { check: last, effects } = fold(check, { kind: "time", now: T + 241_000 });
  opened.push(...effects.filter((effect) => effect.kind === "incident-opened"));
  expect(opened).toEqual([]);
  expect(last.state.status).toBe("up");
});

test("a run that another receiver stores late does not move the next time of an interval back", () => {
  const [late, c, next] = ["c", "d", "e"].map(
    (letter) => `${letter.repeat(8)}-0000-0000-0000-000000000000`,
  ) as [string, string, string];
  const story = playStory(
    { schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 60, maxRuntimeSeconds: 100 },
    [
      [0, "start", { rid: A }],
      [10, "success", { rid: A }],
      [60, "start", { rid: B }],
      [70, "success", { rid: B }],
      [120, "start", { rid: c }],
      [50, "start", { rid: late }],
      [55, "success", { rid: late }],
      [125, "success", { rid: c }],
      [181, "start", { rid: next }],
      [185, "success", { rid: next }],
      [190, "time"],
    ],
  );
  expect(flipLines(story)).toEqual(["new→up at 10"]);
  expect(slotLines(story)).toEqual(["10 on-time 0", "60 on-time 0", "120 on-time 0", "180 on-time 1"]);
});
