import type { DueDelivery } from "@overdue/db";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ChannelQueues, type ChannelQueuesOptions, type Started } from "./channel-queues.ts";
import { type LimiterOptions, openConcurrencyLimiter } from "./concurrency-limiter.ts";

const AT_ONCE: Record<string, number> = { wide: 100, serial: 1 };

let started: DueDelivery[];
let slots: Map<string, Started["slot"]>;
let queues: ChannelQueues;

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
  slots = new Map();
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

test("a serial channel sends one after the other, and other channels do not wait for it", async () => {
  open();
  addAll(["a1", "a2"], "serial");
  addAll(["b1", "b2"], "wide");
  await settle();
  expect(names()).toEqual(["a1", "b1", "b2"]);
  finish(due("a1"));
  await settle();
  expect(names()).toEqual(["a1", "b1", "b2", "a2"]);
});

test("a delivery whose provider takes no more yet waits at the front of its queue until then", async () => {
  open();
  addAll(["a1", "a2"], "serial");
  await settle();
  postpone(due("a1", "serial"), 1_000);
  await vi.advanceTimersByTimeAsync(900);
  expect(names()).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(names()).toEqual(["a1", "a1"]);
});

test("a queue that opens while the clock is read is started all the same", async () => {
  let readings = [0];
  const now = () => (readings.length > 1 ? readings.shift() : readings[0]) ?? 0;
  open({ now });
  addAll(["a1", "a2"], "serial");
  await settle();
  queues.closeFor(due("a1", "serial"), { channelMs: 1_000, kindMs: 0 });
  finish(due("a1", "serial"));
  await settle();
  readings = [999.5, 1_000.5];
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
  expect(names()).toEqual(["a1", "a2"]);
});

test("queues of one kind wait for what the provider takes in all", async () => {
  open({ now: () => Date.now() });
  addAll(["a1"], "serial");
  await settle();
  queues.closeFor(due("a1", "serial"), { channelMs: 0, kindMs: 500 });
  addAll(["b1"], "serial");
  await settle();
  expect(names()).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(600);
  expect(names()).toEqual(["a1", "b1"]);
});

test("what waits and is not kept is let go, and may come again", async () => {
  open();
  addAll(["a1", "a2", "a3"], "serial");
  await settle();
  expect(queues.waitingFor("a")).toEqual(["a2", "a3"]);
  queues.retain("a", new Set(["a3"]));
  expect(queues.ids()).toEqual(["a1", "a3"]);
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
  for (let index = 0; index < 20; index += 1) queues.add({ ...due(`a${index}`), poisonAttempts: 1 });
  addAll(["b1"]);
  await settle();
  expect(names()).toHaveLength(17);
  expect(names()).toContain("b1");
  open();
  for (const id of ["c1", "d1"]) queues.add({ ...due(id), poisonAttempts: 2 });
  await settle();
  expect(names().slice(17)).toEqual(["c1"]);
});

test("an alert goes before what is informational, however long that has waited, and does not wait for it to end", async () => {
  open();
  addInformational(["a1", "a2", "a3"], "serial");
  addAll(["a4"], "serial");
  await settle();
  expect(names()).toEqual(["a4", "a1"]);
  addAll(["a5"], "serial");
  finish(due("a4", "serial"));
  await settle();
  expect(names()).toEqual(["a4", "a1", "a5"]);
  finish({ ...due("a1", "serial"), isInformational: true });
  finish(due("a5", "serial"));
  await settle();
  expect(names()).toEqual(["a4", "a1", "a5", "a2"]);
});

test("what is informational takes no more than half of all places", async () => {
  open({ atOnce: 4 });
  addInformational(["a1", "b1", "c1"]);
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
  const stopping = queues.stop().then(() => (stopped = true));
  await settle();
  expect(stopped).toBe(false);
  finish(due("a1", "serial"));
  await stopping;
  expect(names()).toEqual(["a1"]);
});

function open({ now, ...limits }: Partial<LimiterOptions & ChannelQueuesOptions> = {}): void {
  queues = new ChannelQueues({
    limiter: openConcurrencyLimiter({ maxAtOnce: (kind) => AT_ONCE[kind] ?? 1, ...limits }),
    deliver: (batch) => {
      for (const { due: one, slot } of batch) {
        started.push(one);
        slots.set(one.deliveryId, slot);
      }
      return Promise.resolve();
    },
    ...(now !== undefined && { now }),
  });
}

function finish(one: DueDelivery): void {
  slots.get(one.deliveryId)?.release();
  queues.done(one);
}

function postpone(one: DueDelivery, opensInMs: number): void {
  slots.get(one.deliveryId)?.release();
  queues.done(one, opensInMs);
}

function addAll(ids: string[], kind = "wide", projectId = "p"): void {
  for (const id of ids) queues.add(due(id, kind, projectId));
}

function addInformational(ids: string[], kind = "wide"): void {
  for (const id of ids) queues.add({ ...due(id, kind), isInformational: true });
}

/** "a1" goes through channel "a". */
function due(id: string, channelKind = "wide", projectId = "p"): DueDelivery {
  return {
    deliveryId: id,
    attempt: 1,
    projectId,
    channelId: id.slice(0, 1),
    channelKind,
    dueAt: 0,
    dueInMs: 0,
    rank: 1,
    poisonAttempts: 0,
    isInformational: false,
  };
}

function names(): string[] {
  return started.map(({ deliveryId }) => deliveryId);
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(2);
}
