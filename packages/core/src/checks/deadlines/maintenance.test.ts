/** Rules 39 to 41. */

import { expect, test } from "vitest";

import type { CheckSettings } from "../settings.ts";
import { fold } from "../fold.ts";
import { flipLines, once, slotLines, type Step, T, playStory } from "../testing/story.ts";

const second = (seconds: number) => T + seconds * 1000;
const HOURLY = { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const;

// The check of the stories: every hour, ten minutes of grace, heard at second 0.
const heard: Step = [0, "success"];

test.each<[string, Partial<CheckSettings>, Step[], string[], string[]]>([
  [
    "an interval that is due inside waits until the end plus the grace, then is down",
    { maintenance: [once(3000, 9000)] },
    [heard, [9599, "time"], [9600, "time"]],
    ["new→up at 0", "up→down at 9600 (missed), notified"],
    ["0 on-time 0", "3600 excluded", "7200 excluded"],
  ],
  [
    "a deadline inside of a slot due before is evaluated after the end plus the grace",
    { maintenance: [once(3900, 9000)] },
    [heard, [9599, "time"], [9600, "time"]],
    ["new→up at 0", "up→down at 9600 (missed), notified"],
    ["0 on-time 0", "3600 missed", "7200 excluded"],
  ],
  [
    "a ping inside counts as any",
    { maintenance: [once(3000, 9000)] },
    [heard, [5000, "success"], [9000, "time"]],
    ["new→up at 0"],
    ["0 on-time 0", "3600 late 1400"],
  ],
  [
    "a fixed slot due inside is excluded and nobody is notified",
    { schedule: HOURLY, maintenance: [once(3000, 4000)] },
    [heard, [7000, "time"]],
    ["new→up at 0"],
    ["3600 excluded"],
  ],
  [
    "the fixed slot after the window is evaluated as ever",
    { schedule: HOURLY, maintenance: [once(3000, 4000)] },
    [heard, [7800, "time"]],
    ["new→up at 0", "up→down at 7800 (missed), notified"],
    ["3600 excluded", "7200 missed"],
  ],
  [
    "a failure inside is recorded and tells nobody",
    { maintenance: [once(3000, 9000)] },
    [heard, [3600, "fail"]],
    ["new→up at 0"],
    ["0 on-time 0", "3600 failed 0"],
  ],
  [
    "a first failure inside tells nobody, and is a sign of life",
    { schedule: HOURLY, maintenance: [once(3000, 3500)] },
    [
      [3100, "fail"],
      [4200, "time"],
    ],
    ["new→up at 3100", "up→down at 4200 (missed), notified"],
    ["3600 missed"],
  ],
  [
    "a failure after the window is notified",
    { maintenance: [once(3000, 3500)] },
    [heard, [3600, "fail"]],
    ["new→up at 0", "up→down at 3600 (failed), notified"],
    ["0 on-time 0", "3600 failed 0"],
  ],
  [
    "people are notified of a recovery inside",
    { maintenance: [once(3000, 9000)] },
    [heard, [100, "fail"], [3600, "success"]],
    ["new→up at 0", "up→down at 100 (failed), notified", "down→up at 3600, notified"],
    ["0 failed 0", "3600 on-time 0"],
  ],
  [
    "a run whose limit falls inside waits as well",
    { maxRuntimeSeconds: 600, maintenance: [once(500, 1000)] },
    [
      [0, "start"],
      [1599, "time"],
      [1600, "time"],
    ],
    ["new→down at 1600 (overlong), notified"],
    ["1600 failed 0"],
  ],
])("%s", (_, settings, steps, flips, slots) => {
  const story = playStory(settings, steps);
  expect(flipLines(story)).toEqual(flips);
  expect(slotLines(story)).toEqual(slots);
});

test("the slot says that it was maintenance, and not Overdue's own outage", () => {
  const { slots } = playStory({ maintenance: [once(3000, 9000)] }, [heard, [9600, "time"]]);
  expect(slots.at(-1)).toMatchObject({ outcome: "excluded", because: "maintenance" });
  const outage = playStory({}, [heard, [9000, "outage", 3000], [9600, "time"]]);
  expect(outage.slots.at(-1)?.because).toBeUndefined();
});

test("a failure inside leaves a line in the history with its evidence", () => {
  const { effects } = playStory({ maintenance: [once(3000, 9000)] }, [
    heard,
    [3600, "fail", { exitStatus: 3 }],
  ]);
  expect(effects).toContainEqual(
    expect.objectContaining({
      kind: "notice",
      notice: "failed",
      evidence: expect.objectContaining({ exitStatus: 3 }),
    }),
  );
});

test("a window that begins evaluates what was due before it, and moves what comes", () => {
  const { check } = playStory({}, [heard, [3600, "start"]]);
  const begun = fold(check, { kind: "maintenance", at: second(3700), windows: [once(3700, 9000)] });
  expect(begun.nextAt).toBe(second(9600));
  const ended = fold(begun.check, { kind: "maintenance", at: second(3800), windows: [] });
  expect(ended.nextAt).toBe(second(4200));
  const late = fold(check, { kind: "maintenance", at: second(4300), windows: [once(4300, 9000)] });
  expect(late.check.state.status).toBe("down");
});

test("a check without windows carries nothing of them", () => {
  const { check } = playStory({}, [heard]);
  const cleared = fold(check, { kind: "maintenance", at: second(10), windows: [] });
  expect("maintenance" in cleared.check.settings).toBe(false);
  expect(cleared.effects).toEqual([]);
});
