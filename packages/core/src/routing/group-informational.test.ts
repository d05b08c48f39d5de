import { expect, test } from "vitest";

import { groupInformational } from "./group-informational.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const waiting = ["a", "b", "c"].map((id) => ({ id, isAsked: id === "b" }));

test.each<[string, number[], number | null]>([
  ["the first goes at once", [], null],
  ["a little after another it waits for what comes with it", [1 * SECOND], 1 * SECOND],
  ["a few an hour go as they come", ago(10, 10, 10, 10, 5), null],
  [
    "after more of them a minute lies between two",
    seconds(50, 8 * 60, 8 * 60, 9 * 60, 9 * 60, 9 * 60),
    10 * SECOND,
  ],
  ["and then none is held longer than that", seconds(61, 8 * 60, 8 * 60, 9 * 60, 9 * 60, 9 * 60), null],
  ["after many five minutes do", Array.from({ length: 20 }, (_, i) => (2 + i) * MINUTE), 3 * MINUTE],
])("%s", (_, sentAgo, heldMs) => {
  const sentAt = sentAgo.map((ms) => NOW - ms);
  const grouped = groupInformational(waiting, sentAt, NOW);
  expect(grouped).toEqual(
    heldMs === null
      ? { messages: [{ leaderId: "b", otherIds: ["a", "c"], keys: [] }], hold: [] }
      : { messages: [], hold: [{ ids: ["a", "b", "c"], until: NOW + heldMs }] },
  );
});

test("nothing is begun that nobody asked for", () => {
  const others = [{ id: "a", isAsked: false }];
  expect(groupInformational(others, [], NOW)).toEqual({ messages: [], hold: [] });
});

test("a job that runs each second makes some thirty messages an hour", () => {
  const sentAt: number[] = [];
  for (let now = NOW; now < NOW + 3 * 60 * MINUTE; now += SECOND) {
    const lately = sentAt.filter((at) => at > now - 60 * MINUTE);
    if (groupInformational(waiting, lately, now).messages.length > 0) sentAt.push(now);
  }
  expect(sentAt.length / 3).toBeLessThan(32);
});

function ago(...minutes: number[]): number[] {
  return minutes.map((one) => one * MINUTE);
}

function seconds(...all: number[]): number[] {
  return all.map((one) => one * SECOND);
}
