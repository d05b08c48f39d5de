import { expect, test } from "vitest";

import { durationsByPing } from "./ping-list.tsx";

type Kind = "start" | "success" | "fail" | "log";

const ping = (...[number, kind, second, rid = null]: [number, Kind, number, (string | null)?]) => ({
  number,
  kind,
  rid,
  receivedAt: new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString(),
});

test("a run is measured from its start to its end, in whichever order the list is", () => {
  const pings = [ping(2, "success", 12), ping(1, "start", 2)];
  expect([...durationsByPing(pings)]).toEqual([[2, 10_000]]);
});

test("overlapping runs with ids are measured separately", () => {
  const pings = [
    ping(1, "start", 0, "a"),
    ping(2, "start", 5, "b"),
    ping(3, "fail", 8, "a"),
    ping(4, "success", 9, "b"),
  ];
  expect([...durationsByPing(pings)]).toEqual([
    [3, 8_000],
    [4, 4_000],
  ]);
});

test("a start counts once, and an end without a start has no duration", () => {
  const pings = [ping(1, "start", 0), ping(2, "success", 1), ping(3, "success", 9)];
  expect([...durationsByPing(pings)]).toEqual([[2, 1_000]]);
});

test("a log ping ends no run", () => {
  const pings = [ping(1, "start", 0), ping(2, "log", 1), ping(3, "success", 3)];
  expect([...durationsByPing(pings)]).toEqual([[3, 3_000]]);
});
