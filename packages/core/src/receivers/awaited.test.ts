import { describe, expect, test } from "vitest";

import {
  AWAITED_MS,
  awaitedReceivers,
  KEEPS_MS,
  mayKeep,
  othersCommitted,
  type ReceiverSigns,
} from "./awaited.ts";

const NOW = 1_800_000_000_000;

/** Seconds before now: since when everything is committed, and when it last stored anything. */
type Signs = readonly [checkpoint: number, seen: number, disk: "disk" | "none"];

function receivers(signs: readonly Signs[]): ReceiverSigns[] {
  return signs.map(([checkpoint, seen, disk], index) => ({
    id: String(index),
    checkpointAt: NOW - checkpoint * 1_000,
    seenAt: NOW - seen * 1_000,
    hasSpool: disk === "disk",
  }));
}

describe("the watermark", () => {
  test.each<[string, Signs[], number | null]>([
    ["is unknown without a receiver", [], null],
    ["is that of a receiver that stores heartbeats", [[1, 0, "none"]], 1],
    [
      "is that of the slowest receiver",
      [
        [1, 0, "none"],
        [3, 0, "none"],
      ],
      3,
    ],
    [
      "goes past a receiver without a disk after five seconds",
      [
        [1, 0, "none"],
        [6, 5, "none"],
      ],
      1,
    ],
    [
      "waits for one without a disk that has only been slow",
      [
        [1, 0, "none"],
        [6, 4.9, "none"],
      ],
      6,
    ],
    [
      "waits for a receiver that stores what it kept ten minutes ago",
      [
        [1, 0, "none"],
        [600, 0, "disk"],
      ],
      600,
    ],
    [
      "waits for a receiver with a disk that is silent",
      [
        [1, 0, "disk"],
        [60, 60, "disk"],
      ],
      60,
    ],
    [
      "waits for it until it is given up, however late that is",
      [
        [1, 0, "disk"],
        [900, 900, "disk"],
      ],
      900,
    ],
    ["is unknown while none stores anything, though one may have pings on its disk", [[5, 5, "disk"]], null],
    [
      "is unknown while one stores only what it kept before it fell silent",
      [
        [60, 6, "disk"],
        [50, 9, "none"],
      ],
      null,
    ],
    ["of one that stores what it kept is where that is", [[90, 1, "disk"]], 90],
  ])("%s", (_, signs, secondsAgo) => {
    const { watermark } = awaitedReceivers(receivers(signs), NOW);
    expect(watermark).toBe(secondsAgo === null ? null : NOW - secondsAgo * 1_000);
  });
});

describe("a receiver is given up", () => {
  const limit = AWAITED_MS / 1_000;
  test.each<[string, Signs[], string[]]>([
    [
      "not while it stores what it kept, however old",
      [
        [9_000, 1, "disk"],
        [1, 0, "disk"],
      ],
      [],
    ],
    [
      "not before it was silent for two minutes",
      [
        [limit, limit - 0.1, "disk"],
        [1, 0, "none"],
      ],
      [],
    ],
    [
      "once it was silent for two minutes while another one stored pings",
      [
        [limit, limit, "disk"],
        [1, 0, "none"],
      ],
      ["0"],
    ],
    [
      "not while no receiver stores anything",
      [
        [limit, limit, "disk"],
        [9, 6, "none"],
      ],
      [],
    ],
    [
      "not if it has nothing on its disk: it is not waited for",
      [
        [limit, limit, "none"],
        [1, 0, "none"],
      ],
      [],
    ],
  ])("%s", (_, signs, ids) => {
    expect(awaitedReceivers(receivers(signs), NOW).gone.map(({ id }) => id)).toEqual(ids);
  });
});

test.each<[string, Signs[], number]>([
  ["none without a receiver", [], 0],
  [
    "none while one stores pings",
    [
      [90, 90, "disk"],
      [1, 4.9, "none"],
    ],
    0,
  ],
  [
    "the time since any stored one",
    [
      [90, 90, "disk"],
      [40, 30, "none"],
    ],
    30,
  ],
])("the silence of all is %s", (_, signs, seconds) => {
  expect(awaitedReceivers(receivers(signs), NOW).silentMs).toBe(seconds * 1_000);
});

test("what the others have committed leaves out one's own, and counts those that are silent but may have kept pings", () => {
  const awaited = awaitedReceivers(
    receivers([
      [1, 0, "disk"],
      [30, 30, "disk"],
      [9, 9, "none"],
    ]),
    NOW,
  );
  expect(othersCommitted(awaited, ["0"])).toBe(NOW - 30_000);
  expect(othersCommitted(awaited, ["0", "1"])).toBeNull();
});

test.each([
  ["alone for as long as its disk has room", { sinceContactMs: 86_400_000, isAlone: true }, true],
  ["beside others while they wait for it", { sinceContactMs: KEEPS_MS - 1, isAlone: false }, true],
  ["no longer when they will soon go on without it", { sinceContactMs: KEEPS_MS, isAlone: false }, false],
])("a receiver answers pings that only its disk has %s", (_, state, may) => {
  expect(mayKeep(state)).toBe(may);
});
