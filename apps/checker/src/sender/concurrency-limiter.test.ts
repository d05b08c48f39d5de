import type { DueDelivery } from "@overdue/db";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type ConcurrencyLimiter, openConcurrencyLimiter } from "./concurrency-limiter.ts";

const due: DueDelivery = {
  deliveryId: "d",
  attempt: 1,
  projectId: "p",
  channelId: "c",
  channelKind: "webhook",
  dueAt: 0,
  dueInMs: 0,
  rank: 1,
  poisonAttempts: 0,
  isInformational: false,
};

let limiters: Map<number, ConcurrencyLimiter>;
let underWay: number;
let most: number;

beforeEach(() => {
  vi.useFakeTimers();
  limiters = new Map();
  underWay = 0;
  most = 0;
});
afterEach(() => vi.useRealTimers());

test("a receiver that answers at once gets one message after the other", async () => {
  await sendAll(20, { answerMs: 3 });
  expect(most).toBeLessThanOrEqual(2);
});

test("a receiver that takes its time gets many at once", async () => {
  await sendAll(500, { answerMs: 200 });
  expect(most).toBeGreaterThan(100);
});

test("never more than its provider takes", async () => {
  await sendAll(50, { answerMs: 200, atOnce: 3 });
  expect(most).toBe(3);
});

test("what a quick receiver took keeps its place until it is recorded", async () => {
  await sendAll(20, { answerMs: 3 });
  most = 0;
  await sendAll(5, { answerMs: 3, recordMs: 20 });
  expect(most).toBeLessThanOrEqual(2);
});

test("what takes long to be recorded is not taken for the silence of a receiver that has answered", async () => {
  await sendAll(20, { answerMs: 3 });
  most = 0;
  await sendAll(20, { answerMs: 3, recordMs: 300 });
  expect(most).toBe(1);
});

test("a failing message gives its place back", async () => {
  const failing = limiter(1)
    .take(due)
    .run(0, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  await sendAll(1, { answerMs: 3 });
  expect(most).toBe(1);
});

test("it says how many more may be claimed: more than a wide channel takes, so that no slot stays empty", async () => {
  expect(limiter(200).freeSlots(due)).toBe(26);
  limiter(200).take(due).release();
  await sendAll(10, { answerMs: 200 });
  expect(limiter(200).freeSlots(due)).toBe(400);
  limiter(200).take(due);
  expect(limiter(200).freeSlots(due)).toBe(399);
  expect(limiter(4).freeSlots(due)).toBe(4);
});

test("channels that go through one server share what it takes, and one that is slow gives its place to others", async () => {
  const shared = openConcurrencyLimiter({ maxAtOnce: () => 4, maxOfKind: () => 6, slowAfterMs: 1_000 });
  const to = (channelId: string) => ({ ...due, channelId });
  const take = (channelId: string, count: number) =>
    Array.from({ length: count }, () => shared.take(to(channelId)));
  take("a", 4);
  expect(shared.freeSlots(to("b"))).toBe(2);
  const [first] = take("b", 2);
  expect(shared.freeSlots(to("c"))).toBe(0);
  first?.release();
  expect(shared.freeSlots(to("c"))).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shared.freeSlots(to("c"))).toBe(4);
  expect(shared.freeSlots(to("a"))).toBe(0);
  shared.close();
});

test("a slot that is released is free again, once", () => {
  const slot = limiter(4).take(due);
  slot.release();
  slot.release();
  expect(limiter(4).freeSlots(due)).toBe(4);
});

async function sendAll(
  count: number,
  { answerMs, recordMs = 0, atOnce = 200 }: { answerMs: number; recordMs?: number; atOnce?: number },
): Promise<void> {
  const all = Array.from({ length: count }, () =>
    limiter(atOnce)
      .take(due)
      .run(0, async (answered) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await pause(answerMs);
        if (recordMs === 0) underWay -= 1;
        answered();
        await pause(recordMs);
        if (recordMs > 0) underWay -= 1;
      }),
  );
  const done = Promise.all(all);
  await vi.advanceTimersByTimeAsync(10_000);
  await done;
}

/** One for each number of messages that a channel takes at once. */
function limiter(atOnce: number): ConcurrencyLimiter {
  const known = limiters.get(atOnce) ?? openConcurrencyLimiter({ maxAtOnce: () => atOnce });
  limiters.set(atOnce, known);
  return known;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
