import { expect, test } from "vitest";

import { compareVerdicts, type SeenThere, type Span } from "./compare.ts";

const MINUTE = 60_000;
const DAY = 24 * 60;

/** Minutes of one day. */
function span(from: number, until: number): Span {
  return { from: from * MINUTE, until: until * MINUTE };
}

/** What a poll each minute sees of a day that is up but for these spans: each ends a minute before the next one begins. */
function upButFor(...downs: [from: number, until: number][]): SeenThere[] {
  const seen: SeenThere[] = [];
  let upSince = 0;
  for (const [from, until] of downs) {
    seen.push({ ...span(upSince, from - 1), status: "up" }, { ...span(from, until), status: "down" });
    upSince = until + 1;
  }
  return [...seen, { ...span(upSince, DAY), status: "up" }];
}

type Row = [
  what: string,
  here: [number, number][],
  there: [number, number][],
  graceMinutes: number,
  differences: string[],
];

test.each<Row>([
  ["both up all day", [], [], 0, []],
  ["both down at the same time", [[190, 220]], [[190, 220]], 0, []],
  ["down there a minute later, as the poll allows", [[190, 220]], [[191, 221]], 0, []],
  ["down there five minutes later", [[190, 220]], [[195, 220]], 0, ["down-here 190-195"]],
  ["five minutes later, as their grace is five minutes longer", [[190, 220]], [[195, 220]], 5, []],
  ["down there alone", [], [[190, 220]], 0, ["down-there 190-220"]],
  ["down there alone, for one poll", [], [[190, 190]], 0, ["down-there 190-190"]],
  ["down there for less than the time by which our grace is longer", [], [[190, 193]], 4, []],
  ["down here alone", [[190, 220]], [], 0, ["down-here 190-220"]],
  ["down here between two polls", [[190.2, 190.9]], [], 0, []],
  [
    "still down there half an hour after it was up here",
    [[190, 220]],
    [[190, 250]],
    0,
    ["down-there 220-250"],
  ],
  ["each alone", [[100, 130]], [[600, 640]], 0, ["down-here 100-130", "down-there 600-640"]],
])("%s", (_, here, there, graceMinutes, differences) => {
  const compared = compareVerdicts({
    downHere: here.map(([from, until]) => span(from, until)),
    unwatchedHere: [],
    there: upButFor(...there),
    pollMs: MINUTE,
    graceDifferenceMs: graceMinutes * MINUTE,
  });
  expect(
    compared.differences.map(
      ({ kind, from, until }) => `${kind} ${Math.round(from / MINUTE)}-${Math.round(until / MINUTE)}`,
    ),
  ).toEqual(differences);
});

const plain = { unwatchedHere: [], pollMs: MINUTE, graceDifferenceMs: 0 };

test("what was not asked is not compared", () => {
  const there: SeenThere[] = [
    { ...span(0, 100), status: "up" },
    { ...span(300, 400), status: "up" },
  ];
  const { differences, comparedMs } = compareVerdicts({ ...plain, downHere: [span(150, 250)], there });
  expect({ differences, comparedMs }).toEqual({ differences: [], comparedMs: 200 * MINUTE });
});

test("a check that is paused on either side is not compared", () => {
  const there: SeenThere[] = [
    { ...span(0, 100), status: "paused" },
    { ...span(101, 400), status: "down" },
  ];
  const compared = compareVerdicts({
    ...plain,
    downHere: [span(10, 20)],
    unwatchedHere: [span(101, 500)],
    there,
  });
  expect(compared).toEqual({ differences: [], comparedMs: 0, agreedMs: 0, bothDown: 0 });
});

test("the agreement is the share of the time in which both said the same", () => {
  const { comparedMs, agreedMs, bothDown } = compareVerdicts({
    ...plain,
    downHere: [span(100, 130), span(500, 560)],
    there: upButFor([100, 130]),
  });
  expect({ comparedMs, agreedMs, bothDown }).toEqual({
    comparedMs: DAY * MINUTE,
    agreedMs: (DAY - 60) * MINUTE,
    bothDown: 1,
  });
});
