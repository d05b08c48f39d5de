import type { ReceivedPing } from "@overdue/db";
import { expect, test } from "vitest";

import { batches } from "./batches.ts";
import type { Kept } from "./kept-ping.ts";

type Record = Kept & { end: number };
const beat = (at: number): Record => ({ kind: "heartbeat", at, end: at });
const ping = (at: number): Record => ({
  kind: "ping",
  end: at,
  arrival: { record: { receivedAt: at } } as unknown as ReceivedPing,
});

const shown = (kept: readonly Record[]) =>
  batches(kept).map((batch) => [batch.arrivals.map(({ record }) => record.receivedAt).join(" "), batch.beat]);

test("heartbeats of less than two seconds share one batch with the pings around them, in the order of receipt", () => {
  const kept = [beat(0), ping(600), ping(500), beat(1_000), ping(1_500), beat(2_000), ping(2_100)];
  expect(shown(kept)).toEqual([
    ["", 0],
    ["500 600 1500", 2_000],
    ["2100", null],
  ]);
});

test("a heartbeat after a silence comes behind all pings before it, and ahead of all after it", () => {
  const kept = [beat(0), ping(100), beat(1_000), ping(1_200), beat(60_000), ping(59_990), beat(61_000)];
  expect(shown(kept)).toEqual([
    ["", 0],
    ["100 1200", 1_000],
    ["", 60_000],
    ["59990", 61_000],
  ]);
});

test("a batch has at most 500 pings, and heartbeats that came ten times a second cost no batch each", () => {
  const minute = Array.from({ length: 60_000 }, (_, at) => (at % 100 === 0 ? beat(at) : ping(at)));
  const all = batches(minute);
  expect(Math.max(...all.map(({ arrivals }) => arrivals.length))).toBe(500);
  expect(all.length).toBeLessThan(60_000 / 500 + 60_000 / 2_000 + 2);
  expect(all.flatMap(({ arrivals }) => arrivals)).toHaveLength(59_400);
  expect(all.map(({ end }) => end)).toEqual(all.map(({ end }) => end).toSorted((a, b) => a - b));
});
