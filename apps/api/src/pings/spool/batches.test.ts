import type { ReceivedPing } from "@overdue/db";
import { expect, test } from "vitest";

import { splitIntoBatches } from "./batches.ts";
import type { SpoolEntry } from "./spool-entry.ts";

type StoredEntry = SpoolEntry & { end: number };
const heartbeat = (at: number): StoredEntry => ({ kind: "heartbeat", at, end: at });
const ping = (at: number): StoredEntry => ({
  kind: "ping",
  end: at,
  arrival: { record: { receivedAt: at } } as unknown as ReceivedPing,
});

/** Of each batch the pings, by the time of their receipt, and the first and last heartbeat behind them. */
const batchTexts = (entries: readonly StoredEntry[]) =>
  splitIntoBatches(entries).map(({ arrivals, heartbeats }) => [
    arrivals.map(({ record }) => record.receivedAt).join(" "),
    heartbeats && [heartbeats.first, heartbeats.last],
  ]);

test("heartbeats that go on share one batch with the pings around them, in the order of receipt", () => {
  const entries = [
    heartbeat(0),
    ping(600),
    ping(500),
    heartbeat(1_000),
    ping(1_500),
    heartbeat(2_000),
    heartbeat(4_900),
    ping(5_000),
  ];
  expect(batchTexts(entries)).toEqual([
    ["", [0, 0]],
    ["500 600 1500 5000", [1_000, 4_900]],
  ]);
});

test("a heartbeat after a silence comes behind all pings before it, and ahead of all after it", () => {
  const entries = [
    heartbeat(0),
    ping(100),
    heartbeat(1_000),
    ping(1_200),
    heartbeat(60_000),
    ping(59_990),
    heartbeat(61_000),
  ];
  expect(batchTexts(entries)).toEqual([
    ["", [0, 0]],
    ["100 1200", [1_000, 1_000]],
    ["", [60_000, 60_000]],
    ["59990", [61_000, 61_000]],
  ]);
});

test("a batch has at most 500 pings, and no batch less only because time has passed", () => {
  const hour = Array.from({ length: 36_000 }, (_, i) => [heartbeat(i * 100), ping(i * 100 + 50)]).flat();
  const all = splitIntoBatches(hour);
  expect(Math.max(...all.map(({ arrivals }) => arrivals.length))).toBe(500);
  expect(all.length).toBeLessThan(36_000 / 500 + 2);
  expect(all.flatMap(({ arrivals }) => arrivals)).toHaveLength(36_000);
  expect(all.map(({ end }) => end)).toEqual(all.map(({ end }) => end).toSorted((a, b) => a - b));
});
