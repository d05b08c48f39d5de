import { expect, test } from "vitest";

import type { Status } from "../checks/check.ts";
import { maintenanceWithin } from "../maintenance/window.ts";
import { type LeftOut, uptimeOf } from "./report.ts";

/** A day of 24 hours, in hours: what a table can be read in. */
const DAY = { from: 0, until: 24 };
const NOTHING: LeftOut = { maintenance: [], outages: [] };
const hours = (...spans: [number, number][]) => spans.map(([from, until]) => ({ from, until }));

type Row = [
  string,
  first: Status,
  changes: [number, Status][],
  LeftOut,
  [counted: number, down: number, paused: number, maintenance: number],
];

test.each<Row>([
  ["up all day", "up", [], NOTHING, [24, 0, 0, 0]],
  ["down all day", "down", [], NOTHING, [24, 24, 0, 0]],
  ["never heard from: nothing counts", "new", [], NOTHING, [0, 0, 0, 0]],
  ["first heard at noon", "new", [[12, "up"]], NOTHING, [12, 0, 0, 0]],
  [
    "an hour down",
    "up",
    [
      [3, "down"],
      [4, "up"],
    ],
    NOTHING,
    [24, 1, 0, 0],
  ],
  [
    "down since the day before",
    "up",
    [
      [-5, "down"],
      [2, "up"],
    ],
    NOTHING,
    [24, 2, 0, 0],
  ],
  [
    "still down the day after",
    "up",
    [
      [20, "down"],
      [30, "up"],
    ],
    NOTHING,
    [24, 4, 0, 0],
  ],
  [
    "paused while down: the pause does not count",
    "up",
    [
      [2, "down"],
      [6, "paused"],
      [18, "up"],
    ],
    NOTHING,
    [12, 4, 12, 0],
  ],
  [
    "down in maintenance only",
    "up",
    [
      [3, "down"],
      [5, "up"],
    ],
    { ...NOTHING, maintenance: hours([2, 6]) },
    [20, 0, 0, 4],
  ],
  [
    "down beyond maintenance",
    "up",
    [
      [3, "down"],
      [8, "up"],
    ],
    { ...NOTHING, maintenance: hours([2, 6]) },
    [20, 2, 0, 4],
  ],
  [
    "two windows that overlap are one",
    "up",
    [],
    { ...NOTHING, maintenance: hours([2, 6], [4, 8]) },
    [18, 0, 0, 6],
  ],
  [
    "maintenance while paused is a pause",
    "paused",
    [[12, "up"]],
    { ...NOTHING, maintenance: hours([0, 12]) },
    [12, 0, 12, 0],
  ],
  [
    "our own outage",
    "up",
    [
      [3, "down"],
      [5, "up"],
    ],
    { ...NOTHING, outages: hours([4, 10]) },
    [18, 1, 0, 0],
  ],
  [
    "an outage inside maintenance is left out once",
    "up",
    [],
    { maintenance: hours([2, 6]), outages: hours([3, 4]) },
    [20, 0, 0, 4],
  ],
  [
    "maintenance that began the day before and ends the day after",
    "down",
    [],
    { ...NOTHING, maintenance: hours([-3, 30]) },
    [0, 0, 0, 24],
  ],
  [
    "down, up and down again",
    "up",
    [
      [1, "down"],
      [2, "up"],
      [2, "down"],
      [3, "up"],
      [23, "down"],
    ],
    NOTHING,
    [24, 3, 0, 0],
  ],
  [
    "holes in both downs",
    "down",
    [
      [4, "up"],
      [10, "down"],
      [20, "up"],
    ],
    { ...NOTHING, outages: hours([1, 2], [3, 11], [12, 13]) },
    [14, 10, 0, 0],
  ],
])("%s", (_, first, changes, leftOut, [countedMs, downMs, pausedMs, maintenanceMs]) => {
  const line = { first, changes: changes.map(([at, to]) => ({ at, to })) };
  expect(uptimeOf(line, DAY, leftOut)).toEqual({ countedMs, downMs, pausedMs, maintenanceMs });
});

const at = (iso: string) => Date.parse(iso);
const NOVEMBER = { from: at("2026-11-01T00:00Z"), until: at("2026-12-01T00:00Z") };

test("a weekly window lies in a month as often as its weekday, and a stop cuts one of them", () => {
  const rule = { kind: "weekly", weekdays: [7], time: "02:00", minutes: 120, timezone: "UTC" } as const;
  const spans = maintenanceWithin([{ rule, stoppedAt: at("2026-11-08T03:00Z") }], NOVEMBER);
  expect(spans.map(({ from, until }) => (until - from) / 3_600_000)).toEqual([2, 2, 2, 1, 2]);
});

test("a window once, over before the span, is not in it", () => {
  const rule = { kind: "once", from: at("2026-10-30T00:00Z"), until: at("2026-10-31T00:00Z") } as const;
  expect(maintenanceWithin([{ rule, stoppedAt: null }], NOVEMBER)).toEqual([]);
});
