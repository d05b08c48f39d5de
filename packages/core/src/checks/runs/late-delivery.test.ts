/** Rule 29a. */

import { expect, test } from "vitest";
import { flipLines, playStory, slotLines, type Step } from "../testing/story.ts";

const HOURLY = {
  schedule: { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const,
  graceSeconds: 600,
};
const DOWN = ["new→up at 5", "up→down at 4200 (missed), notified"];

/** An end that came long after it happened, of a run that took five seconds unless said. */
function late(rid: number, durationMs = 5_000) {
  return { rid: `r${rid}`, durationMs, isLate: true as const };
}

function outcome(settings: Parameters<typeof playStory>[0], ...steps: Step[]) {
  const story = playStory(settings, [[5, "success", late(0)], ...steps]);
  return { flips: flipLines(story), slots: slotLines(story) };
}

test("an hour without network is no miss: each slot is met by its own run, and the alert that was given stays", () => {
  const backlog: Step[] = [
    [3605, "success", late(1)],
    [7205, "success", late(2)],
    [10805, "success", late(3)],
  ];
  const slots = ["3600 on-time 0", "7200 on-time 0", "10800 on-time 0"];
  expect(outcome(HOURLY, [14_400, "time"], ...backlog)).toEqual({
    flips: [...DOWN, "down→up at 10805, notified"],
    slots,
  });
  // What came at once may overtake what was kept.
  const overtaken = outcome(HOURLY, [14_400, "time"], [14_410, "success", { rid: "r4" }], ...backlog);
  expect(overtaken).toEqual({
    flips: [...DOWN, "down→up at 14410, notified"],
    slots: [...slots, "14400 on-time 10"],
  });
});

test("the same holds for an interval", () => {
  const schedule = { kind: "interval", everySeconds: 3600 } as const;
  const { slots } = outcome(
    { schedule, graceSeconds: 600 },
    [14_400, "time"],
    [3610, "success", late(1)],
    [7211, "success", late(2)],
  );
  expect(slots).toEqual(["5 on-time 0", "3605 on-time 0", "7205 on-time 1", "10805 missed"]);
});

test("a failure that is delivered late is no success: its slot failed, and people read of it", () => {
  const steps: Step[] = [
    [14_400, "time"],
    [3605, "fail", late(1)],
    [7205, "success", late(2)],
  ];
  expect(outcome(HOURLY, ...steps)).toEqual({
    flips: DOWN,
    slots: ["3600 failed 0", "7200 on-time 0", "10800 missed"],
  });
});

test("a run that was too late stays missed, and its slot says how late it came", () => {
  expect(outcome(HOURLY, [14_400, "time"], [4305, "success", late(1)])).toEqual({
    flips: DOWN,
    slots: ["3600 missed 700", "7200 missed", "10800 missed"],
  });
});

test("a run that was taken for overlong, but had ended in time, is good, and the check is up since it went down", () => {
  const steps: Step[] = [
    [3600, "start", { rid: "r1" }],
    [5000, "time"],
    [3900, "success", late(1, 300_000)],
  ];
  expect(outcome(HOURLY, ...steps)).toEqual({
    flips: ["new→up at 5", "up→down at 4200 (overlong), notified", "down→up at 4200, notified"],
    slots: ["3600 on-time 0"],
  });
});

test("without the word that it is late, an end that is out of order mends nothing", () => {
  const { slots } = outcome(HOURLY, [14_400, "time"], [3605, "success", { rid: "r1" }]);
  expect(slots).toEqual(["3600 missed", "7200 missed", "10800 missed"]);
});
