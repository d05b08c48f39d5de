import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { lookAfter } from "./look.ts";

let answers: boolean;
let hung: number[];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  answers = true;
  hung = [];
  stop = lookAfter(
    () => Promise.resolve(answers),
    (seconds) => void hung.push(seconds),
  );
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

test("who stops answering is reported once, after five looks in a row", async () => {
  await pass(10);
  answers = false;
  await pass(7);
  expect(hung).toEqual([]);
  await pass(60);
  expect(hung).toEqual([10]);
});

test("who answers now and then lives", async () => {
  for (let round = 0; round < 10; round += 1) {
    answers = false;
    await pass(8);
    answers = true;
    await pass(2);
  }
  expect(hung).toEqual([]);
});

test("who has not begun gets five minutes, and from its first answer on as little as any", async () => {
  answers = false;
  await pass(290);
  expect(hung).toEqual([]);
  answers = true;
  await pass(1);
  answers = false;
  await pass(12);
  expect(hung).toEqual([10]);
});

test("a machine that slept for hours, and a supervisor that was stopped, missed their own looks", async () => {
  await pass(10);
  answers = false;
  await pass(4);
  // The timers of a sleeping process do not go off; when it wakes, one is late and the others are gone.
  vi.setSystemTime(Date.now() + 8 * 3_600_000);
  await pass(2);
  answers = true;
  await pass(2);
  expect(hung).toEqual([]);
});
