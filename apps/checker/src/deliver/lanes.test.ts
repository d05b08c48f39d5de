import type { DueDelivery } from "@overdue/db";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openLanes, type LaneOptions, type Lanes } from "./lanes.ts";

const PACES: Record<string, { concurrency: number; perSecond: number; perSecondInAll: number }> = {
  wide: { concurrency: 100, perSecond: 1_000, perSecondInAll: 10_000 },
  serial: { concurrency: 1, perSecond: 1_000, perSecondInAll: 10_000 },
  slow: { concurrency: 1, perSecond: 1, perSecondInAll: 10_000 },
  shared: { concurrency: 1, perSecond: 1_000, perSecondInAll: 2 },
};
const NONE = { concurrency: 1, perSecond: 1, perSecondInAll: 1 };

let started: DueDelivery[];
let finish: (due: DueDelivery) => void;
let refuse: (due: DueDelivery) => void;
let lanes: Lanes;

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
});
afterEach(() => vi.useRealTimers());

test("what is added together starts together", async () => {
  open();
  addAll(["a1", "a2", "b1"]);
  await settle();
  expect(names()).toEqual(["a1", "b1", "a2"]);
});

test("a delivery that is here is not taken in twice, until it is done", async () => {
  open();
  addAll(["a1", "a1"]);
  await settle();
  addAll(["a1"]);
  await settle();
  expect(names()).toEqual(["a1"]);
  finish(due("a1"));
  addAll(["a1"]);
  await settle();
  expect(names()).toEqual(["a1", "a1"]);
});

test("a serial lane sends one after the other, and other lanes do not wait for it", async () => {
  open();
  addAll(["a1", "a2"], "serial");
  addAll(["b1", "b2"], "wide");
  await settle();
  expect(names()).toEqual(["a1", "b1", "b2"]);
  finish(due("a1"));
  await settle();
  expect(names()).toEqual(["a1", "b1", "b2", "a2"]);
});

test("a lane keeps its provider's pace", async () => {
  open();
  addAll(["a1", "a2"], "slow");
  await settle();
  finish(due("a1"));
  await vi.advanceTimersByTimeAsync(900);
  expect(names()).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(names()).toEqual(["a1", "a2"]);
});

test("a lane that opens while the clock is read is started all the same", async () => {
  let readings = [0];
  const now = () => (readings.length > 1 ? readings.shift() : readings[0]) ?? 0;
  open({ now });
  addAll(["a1", "a2"], "slow");
  await settle();
  finish(due("a1"));
  await settle();
  readings = [999.5, 1_000.5];
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
  expect(names()).toEqual(["a1", "a2"]);
});

test("lanes of one kind share what the provider takes in all", async () => {
  open();
  addAll(["a1", "b1", "c1"], "shared");
  await settle();
  expect(names()).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(600);
  expect(names()).toEqual(["a1", "b1"]);
  await vi.advanceTimersByTimeAsync(500);
  expect(names()).toEqual(["a1", "b1", "c1"]);
});

test("what was not sent leaves its turn to the next, of its channel and of its kind", async () => {
  open();
  addAll(["a1", "a2", "b1"], "shared");
  await settle();
  expect(names()).toEqual(["a1"]);
  refuse(due("a1", "shared"));
  await settle();
  expect(names()).toEqual(["a1", "b1"]);
  refuse(due("b1", "shared"));
  await settle();
  expect(names()).toEqual(["a1", "b1", "a2"]);
});

test("what waits and is not kept is let go, and may come again", async () => {
  open();
  addAll(["a1", "a2", "a3"], "serial");
  await settle();
  expect(lanes.waitingIn("a")).toEqual(["a2", "a3"]);
  lanes.keep("a", new Set(["a3"]));
  expect(lanes.ids()).toEqual(["a1", "a3"]);
  finish(due("a1", "serial"));
  await settle();
  finish(due("a3", "serial"));
  addAll(["a2"], "serial");
  await settle();
  expect(names()).toEqual(["a1", "a3", "a2"]);
});

test("a busy project leaves room for another", async () => {
  open({ atOnce: 4, atOncePerProject: 3 });
  addAll(["a1", "a2", "a3", "a4", "a5"], "wide", "busy");
  addAll(["b1"], "wide", "other");
  await settle();
  expect(names().toSorted()).toEqual(["a1", "a2", "a3", "b1"]);
});

test("what takes long holds up its own channel alone", async () => {
  open({ atOncePerProject: 1, slowAfterMs: 1_000 });
  addAll(["a1", "a2", "b1"], "serial");
  await settle();
  expect(names()).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
  expect(names()).toEqual(["a1", "b1"]);
});

test("no more than the limit is under way at once", async () => {
  open({ atOnce: 2 });
  addAll(["a1", "b1", "c1"]);
  await settle();
  expect(names()).toEqual(["a1", "b1"]);
  finish(due("b1"));
  await settle();
  expect(names()).toEqual(["a1", "b1", "c1"]);
});

test("those that were under way when a process died go few at a time, then alone; others do not wait", async () => {
  open();
  for (let index = 0; index < 20; index += 1) lanes.add({ ...due(`a${index}`), crashes: 1 });
  addAll(["b1"]);
  await settle();
  expect(names()).toHaveLength(17);
  expect(names()).toContain("b1");
  open();
  for (const id of ["c1", "d1"]) lanes.add({ ...due(id), crashes: 2 });
  await settle();
  expect(names().slice(17)).toEqual(["c1"]);
});

test("an alert goes before what is quiet, however long that has waited, and does not wait for it to end", async () => {
  open();
  addQuiet(["a1", "a2", "a3"], "serial");
  addAll(["a4"], "serial");
  await settle();
  expect(names()).toEqual(["a4", "a1"]);
  addAll(["a5"], "serial");
  finish(due("a4", "serial"));
  await settle();
  expect(names()).toEqual(["a4", "a1", "a5"]);
  finish({ ...due("a1", "serial"), isQuiet: true });
  finish(due("a5", "serial"));
  await settle();
  expect(names()).toEqual(["a4", "a1", "a5", "a2"]);
});

test("what is quiet takes no more than half of all places", async () => {
  open({ atOnce: 4 });
  addQuiet(["a1", "b1", "c1"]);
  await settle();
  addAll(["d1", "e1", "f1"]);
  await settle();
  expect(names()).toEqual(["a1", "b1", "d1", "e1"]);
});

test("a stop starts nothing more and waits for what is under way", async () => {
  open();
  addAll(["a1"], "serial");
  await settle();
  addAll(["a2"], "serial");
  let stopped = false;
  const stopping = lanes.stop().then(() => (stopped = true));
  await settle();
  expect(stopped).toBe(false);
  finish(due("a1", "serial"));
  await stopping;
  expect(names()).toEqual(["a1"]);
});

function open(options: Partial<LaneOptions> = {}): void {
  lanes = openLanes({
    start: (batch, done) => {
      started.push(...batch);
      finish = (one) => done(one, true);
      refuse = (one) => done(one, false);
      return Promise.resolve();
    },
    paceOf: (kind) => PACES[kind] ?? NONE,
    ...options,
  });
}

function addAll(ids: string[], kind = "wide", projectId = "p"): void {
  for (const id of ids) lanes.add(due(id, kind, projectId));
}

function addQuiet(ids: string[], kind = "wide"): void {
  for (const id of ids) lanes.add({ ...due(id, kind), isQuiet: true });
}

/** "a1" goes through lane "a". */
function due(id: string, channelKind = "wide", projectId = "p"): DueDelivery {
  return {
    deliveryId: id,
    attempt: 1,
    projectId,
    channelId: id.slice(0, 1),
    channelKind,
    rank: 1,
    crashes: 0,
    isQuiet: false,
  };
}

function names(): string[] {
  return started.map(({ deliveryId }) => deliveryId);
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(2);
}
