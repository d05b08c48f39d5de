/** Rules 10 and 10a. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { CheckSettings } from "../settings.ts";
import { fold } from "../fold.ts";
import { once, flipLines, playStory, slotLines, type Step, summary, T } from "../testing/story.ts";

// The check of the stories: every hour, ten minutes of grace, heard at second 0. Its deadline is second 4200.
const heard: Step = [0, "success"];

test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
  [
    "a pause that is undone before the deadline changes nothing of it",
    {},
    [heard, [4100, "pause"], [4150, "undo-pause"], [4200, "time"]],
    ["up→paused at 4100", "paused→up at 4150", "up→down at 4200 (missed), notified"],
  ],
  [
    "a deadline that passed during the pause is an alert when the pause is undone",
    {},
    [heard, [4100, "pause"], [4200, "time"], [4300, "undo-pause"]],
    ["up→paused at 4100", "paused→up at 4300", "up→down at 4300 (missed), notified"],
  ],
  [
    "a check that was down is down again, and nobody is notified a second time",
    {},
    [heard, [4200, "time"], [4500, "pause"], [4600, "undo-pause"], [9000, "time"]],
    ["up→down at 4200 (missed), notified", "down→paused at 4500", "paused→down at 4600"],
  ],
  [
    "and its recovery is notified as ever",
    {},
    [heard, [4200, "time"], [4500, "pause"], [4600, "undo-pause"], [4700, "success"]],
    [
      "up→down at 4200 (missed), notified",
      "down→paused at 4500",
      "paused→down at 4600",
      "down→up at 4700, notified",
    ],
  ],
  [
    "a success that was only counted meanwhile is in time after all",
    { manualResume: true },
    [heard, [3500, "pause"], [3700, "success"], [4300, "undo-pause"]],
    ["up→paused at 3500", "paused→up at 4300"],
  ],
  [
    "a failure that was only counted meanwhile is notified",
    { manualResume: true },
    [heard, [3500, "pause"], [3700, "fail"], [4300, "undo-pause"]],
    ["up→paused at 3500", "paused→up at 4300", "up→down at 4300 (failed), notified"],
  ],
  [
    "a run that was open goes on, and is overlong at its limit",
    { maxRuntimeSeconds: 300 },
    [heard, [3600, "start"], [3700, "pause"], [3800, "undo-pause"], [3900, "time"]],
    ["up→paused at 3700", "paused→up at 3800", "up→down at 3900 (overlong), notified"],
  ],
  [
    "a check that never started is waited for again",
    { alertBeforeFirstPing: true },
    [
      [10, "pause"],
      [20, "undo-pause"],
      [4200, "time"],
    ],
    ["new→paused at 10", "paused→new at 20", "new→down at 4200 (never-started), notified"],
  ],
  [
    "an outage meanwhile postpones the deadline as ever",
    {},
    [heard, [4100, "pause"], [4250, "outage", 4110], [4300, "undo-pause"], [4849, "time"], [4850, "time"]],
    ["up→paused at 4100", "paused→up at 4300", "up→down at 4850 (missed), notified"],
  ],
  [
    "maintenance that was planned meanwhile holds for a run that was open",
    { maxRuntimeSeconds: 300 },
    [
      heard,
      [3600, "start"],
      [3700, "pause"],
      [3710, "maintenance", [once(3710, 3900)]],
      [3720, "undo-pause"],
      [4499, "time"],
      [4500, "time"],
    ],
    ["up→paused at 3700", "paused→up at 3720", "up→down at 4500 (overlong), notified"],
  ],
  [
    "another schedule makes the pause final: the check begins anew",
    {},
    [
      heard,
      [100, "pause"],
      [110, "edit", { schedule: { kind: "interval", everySeconds: 60 } }],
      [120, "undo-pause"],
      [9000, "time"],
    ],
    ["up→paused at 100", "paused→new at 120"],
  ],
  [
    "a ping that ended the pause leaves nothing to undo",
    {},
    [heard, [100, "pause"], [200, "success"], [300, "undo-pause"]],
    ["up→paused at 100", "paused→up at 200"],
  ],
])("%s", (_, settings, steps, flips) => {
  expect(flipLines(playStory(settings, steps)).filter((line) => !line.startsWith("new→up"))).toEqual(flips);
});

test("an incident that was ended by the pause is opened again", () => {
  const { last } = playStory({}, [heard, [4200, "time"], [4500, "pause"], [4600, "undo-pause"]]);
  expect(last).toContainEqual({
    kind: "incident-reopened",
    at: T + 4_600_000,
    deadlineSeq: expect.any(Number),
  });
});

test("a run that the pause gave up is running again", () => {
  const { runs } = playStory({}, [heard, [3600, "start"], [3700, "pause"], [3800, "undo-pause"]]);
  expect(runs.at(-1)).toMatchObject({ outcome: "running", endedAt: null });
});

test("a deadline that pings may still be under way for is not decided by the undoing", () => {
  const { check } = playStory({}, [heard, [4100, "pause"]]);
  const undone = fold(check, { kind: "undo-pause", at: T + 4_300_000, knownUntil: T + 4_199_000 });
  expect(flipLines(summary(undone.effects))).toEqual(["paused→up at 4300"]);
  expect(undone.nextAt).toBe(T + 4_200_000);
});

test("of more pings than are kept the pause is final", () => {
  const pings = Array.from({ length: 65 }, (_, index): Step => [200 + index, "log"]);
  const story = playStory({ manualResume: true }, [heard, [100, "pause"], ...pings, [300, "undo-pause"]]);
  expect(story.check.state.status).toBe("new");
  expect(story.check.state.memory.beforePause).toBeUndefined();
});

describe("a pause that is undone", () => {
  const settings = fc.record({
    schedule: fc.constantFrom<CheckSettings["schedule"]>(
      { kind: "interval", everySeconds: 600 },
      { kind: "cron", expression: "*/10 * * * *", timezone: "UTC" },
    ),
    graceSeconds: fc.constantFrom(60, 900),
    maxRuntimeSeconds: fc.constantFrom(null, 300),
    tolerance: fc.constantFrom(null, { kind: "in-a-row" as const, bad: 2, tolerateMissed: true }),
    recoverAfter: fc.constantFrom(1, 2),
    alertBeforeFirstPing: fc.boolean(),
    manualResume: fc.constant(true),
  });
  const pings = fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 900 }),
      fc.constantFrom("start" as const, "success" as const, "success" as const, "fail" as const),
      fc.constantFrom(null, "a", "b"),
    ),
    { minLength: 1, maxLength: 25 },
  );
  const span = fc.tuple(fc.nat({ max: 25 }), fc.nat({ max: 25 }));

  test("leaves the slots, the runs and the status that the check would have had without it", () => {
    fc.assert(
      fc.property(settings, pings, span, (chosen, heardOf, [one, other]) => {
        let second = 0;
        const steps = heardOf.map(([after, kind, rid]): Step => [
          (second += after),
          kind,
          { rid, id: `p${second}` },
        ]);
        const [from, until] = [
          Math.min(one, other, steps.length),
          Math.min(Math.max(one, other), steps.length),
        ];
        const at = (index: number) => steps[index - 1]?.[0] ?? 0;
        const paused: Step[] = [
          ...steps.slice(0, from),
          [at(from), "pause"],
          ...steps.slice(from, until),
          [at(until), "undo-pause"],
          ...steps.slice(until),
        ];
        const end: Step = [second + 7200, "time"];
        const [plain, undone] = [playStory(chosen, [...steps, end]), playStory(chosen, [...paused, end])];
        expect(slotLines(undone)).toEqual(slotLines(plain));
        expect(undone.check.state.status).toBe(plain.check.state.status);
        expect(undone.nextAt).toBe(plain.nextAt);
        const runEnds = ({ runs }: typeof plain) =>
          runs.map(({ id, outcome, durationMs }) => [id, outcome, durationMs]);
        expect(new Set(runEnds(undone).map(String))).toEqual(new Set(runEnds(plain).map(String)));
      }),
      { numRuns: 300 },
    );
  });
});
