import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { watchLiveness } from "./child.ts";

let isAlive: boolean;
let hung: number[];
let firsts: number;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  isAlive = true;
  hung = [];
  firsts = 0;
  stop = watchLiveness(() => Promise.resolve(isAlive), {
    onFirst: () => (firsts += 1),
    onHung: (seconds) => void hung.push(seconds),
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

test("a process without a sign of life in five looks in a row is reported once", async () => {
  await pass(10);
  isAlive = false;
  await pass(7);
  expect(hung).toEqual([]);
  await pass(60);
  expect(hung).toEqual([10]);
});

test("a process with a sign of life now and then is not reported", async () => {
  for (let round = 0; round < 10; round += 1) {
    isAlive = false;
    await pass(8);
    isAlive = true;
    await pass(2);
  }
  expect(hung).toEqual([]);
});

test("a process gets five minutes for its first sign of life, and ten seconds for every later one", async () => {
  isAlive = false;
  await pass(290);
  expect({ hung, firsts }).toEqual({ hung: [], firsts: 0 });
  isAlive = true;
  await pass(1);
  expect(firsts).toBe(1);
  isAlive = false;
  await pass(12);
  expect(hung).toEqual([10]);
});

test("hours in which the machine slept or the supervisor was stopped do not count", async () => {
  await pass(10);
  isAlive = false;
  await pass(4);
  // The timers of a sleeping process do not go off; when it wakes, one is late and the others are gone.
  vi.setSystemTime(Date.now() + 8 * 3_600_000);
  await pass(2);
  isAlive = true;
  await pass(2);
  expect(hung).toEqual([]);
});
