import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openGates, type Gates } from "./gates.ts";

let gates: Gates;
let underWay: number;
let most: number;

beforeEach(() => {
  vi.useFakeTimers();
  gates = openGates();
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

test("a failing message gives its place back", async () => {
  const failing = gates.pass("c", { most: 1, behind: 0 }, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  await sendAll(1, { answerMs: 3 });
  expect(most).toBe(1);
});

async function sendAll(
  count: number,
  { answerMs, recordMs = 0, atOnce = 200 }: { answerMs: number; recordMs?: number; atOnce?: number },
): Promise<void> {
  const all = Array.from({ length: count }, () =>
    gates.pass("c", { most: atOnce, behind: 0 }, async (answered) => {
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

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
