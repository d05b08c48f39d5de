/** Rules 11, 14, 16, 24, 25, 30, 33 and 39: faults that were found in use or by the simulator. */

import { expect, test } from "vitest";
import type { CheckSettings } from "./settings.ts";
import { flipLines, once, slotLines, type Step, playStory } from "./testing/story.ts";

/** What the simulator found: alarms that were false, or that nobody got. */
const A = "aaaaaaaa-0000-0000-0000-000000000000";
const HOURLY = { kind: "cron", expression: "0 * * * *", timezone: "UTC" } as const;
const TWO_IN_A_ROW = { kind: "in-a-row", bad: 2, tolerateMissed: true } as const;

test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
  [
    "the very first ping may be early for its slot too",
    { schedule: HOURLY, earlyMarginSeconds: 300 },
    [
      [3590, "success"],
      [4300, "time"],
    ],
    ["new→up at 3590"],
  ],
  [
    "a second host is seen although the first one's ping moved the slot of the interval",
    { hostDuplicates: "alert" },
    [
      [0, "success", { host: "a" }],
      [3595, "success", { host: "a" }],
      [3597, "start", { host: "b" }],
    ],
    ["new→up at 0", "up→down at 3597 (host-duplicate), notified"],
  ],
  [
    "and although it settled several slots at once",
    { schedule: HOURLY, graceSeconds: 20_000, hostDuplicates: "alert" },
    [
      [0, "success", { host: "a" }],
      [7300, "success", { host: "a" }],
      [7310, "start", { host: "b" }],
    ],
    ["new→up at 0", "up→down at 7310 (host-duplicate), notified"],
  ],
  [
    "pings of one slot are counted together although the first one moved it",
    { tooOften: { count: 2, of: "pings", windowSeconds: null } },
    [
      [0, "success"],
      [3595, "success"],
      [3597, "log"],
      [3599, "log"],
    ],
    ["new→up at 0", "up→down at 3599 (too-often), notified"],
  ],
  [
    "a tolerated first run that hangs is not the end of it: the next slot is waited for",
    { schedule: HOURLY, tolerance: TWO_IN_A_ROW },
    [
      [10, "start", { rid: A }],
      [99_999, "time"],
    ],
    ["new→up at 610", "up→down at 7800 (missed), notified"],
  ],
  [
    "an end that comes after its run was given up does not stand for a start that is missing",
    { maxRuntimeSeconds: 600 },
    [
      [0, "success"],
      [3600, "start", { rid: A }],
      [7200, "start"],
      [7300, "success"],
      [10_790, "success", { rid: A }],
      [11_400, "time"],
    ],
    [
      "new→up at 0",
      "up→down at 4200 (overlong), notified",
      "down→up at 7300, notified",
      "up→down at 11400 (missed), notified",
    ],
  ],
  [
    "a first fail that came good counts for no tolerance",
    { schedule: HOURLY, tolerance: TWO_IN_A_ROW },
    [
      [10, "fail"],
      [20, "success"],
      [4300, "time"],
    ],
    ["new→up at 10"],
  ],
  [
    "a slot missed before the check went up counts for none after it",
    { schedule: HOURLY, tolerance: TWO_IN_A_ROW, maxRuntimeSeconds: 3000 },
    [
      [0, "success"],
      [4300, "time"],
      [7100, "start", { rid: A }],
      [7801, "time"],
      [8000, "success", { rid: A }],
      [8100, "fail"],
      [11_500, "time"],
    ],
    ["new→up at 0", "up→down at 7800 (overlap), notified", "down→up at 8000, notified"],
  ],
  [
    "a paused check is left in peace by a start that would alert",
    { hostDuplicates: "alert", overlap: "alert", tooOften: { count: 1, of: "pings", windowSeconds: 60 } },
    [
      [0, "pause"],
      [10, "start", { host: "a" }],
      [11, "start", { host: "b" }],
    ],
    ["new→paused at 0"],
  ],
  [
    "maintenance that postpones a deadline into an outage does not let it be evaluated in there",
    { maintenance: [once(3000, 7000)] },
    [
      [0, "success"],
      [9000, "outage", 6800],
      [9599, "time"],
      [9600, "time"],
    ],
    ["new→up at 0", "up→down at 9600 (missed), notified"],
  ],
  [
    "nor that of a run",
    { maintenance: [once(300, 7000)] },
    [
      [0, "start"],
      [9000, "outage", 6800],
      [9599, "time"],
      [9600, "time"],
    ],
    ["new→down at 9600 (overlong), notified"],
  ],
  [
    "a slot that a failure in maintenance spoils is not counted by a tolerance",
    { tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: true }, maintenance: [once(3650, 4000)] },
    [
      [0, "success"],
      [3600, "success"],
      [3700, "fail"],
      [7200, "fail"],
    ],
    ["new→up at 0"],
  ],
  [
    "an edit while nothing can be heard does not say of a deadline since then that it was missed",
    { schedule: { kind: "interval", everySeconds: 86_400 } },
    [
      [0, "success"],
      [1000, "edit", { schedule: { kind: "interval", everySeconds: 300 } }, 600],
      [5000, "outage", 600],
      [5590, "success"],
    ],
    ["new→up at 0"],
  ],
  [
    "a check whose run has started was not never started, whatever is edited while it runs",
    { alertBeforeFirstPing: true, maxRuntimeSeconds: 90_000 },
    [
      [10, "start"],
      [20, "edit", { graceSeconds: 60 }],
      [80_000, "time"],
    ],
    [],
  ],
])("%s", (_, settings, steps, lines) => {
  expect(flipLines(playStory(settings, steps))).toEqual(lines);
});

test.each<[string, Partial<CheckSettings>, Step[], string[]]>([
  [
    "what was missed stays missed, though a start that was counted for it hangs",
    { schedule: HOURLY, maxRuntimeSeconds: 60 },
    [
      [0, "success"],
      [5000, "start"],
      [5061, "time"],
    ],
    ["3600 missed 1400"],
  ],
  [
    "a slot that one run failed is not failed again by the next",
    { schedule: HOURLY, maxRuntimeSeconds: 60, overlap: "note" },
    [
      [0, "success"],
      [3600, "start", { rid: A }],
      [3610, "start"],
      [3671, "time"],
      [3680, "success", { rid: A }],
    ],
    ["3600 failed 0"],
  ],
  [
    "nor does a start mend what another run failed",
    { schedule: HOURLY, maxRuntimeSeconds: 600 },
    [
      [0, "success"],
      [3600, "fail"],
      [3700, "start"],
    ],
    ["3600 failed 0"],
  ],
])("%s", (_, settings, steps, lines) => {
  expect(slotLines(playStory(settings, steps))).toEqual(lines);
});
