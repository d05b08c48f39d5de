import { expect, test } from "vitest";

import { claimableFor, concurrencyFor, type ReceiverSpeed } from "./concurrency.ts";

const answers = (ms: number, count = 8) => ({
  answersMs: Array.from({ length: count }, () => ms),
  silentMs: 0,
});
const silent = (silentMs: number): ReceiverSpeed => ({ answersMs: [], silentMs });

test.each([
  ["an unknown receiver gets one", silent(0), 10, 1],
  ["a receiver that answers at once gets one after the other", answers(3), 10, 1],
  ["one that answers at once gets a few at once where very many wait", answers(3), 2_000, 4],
  ["one that takes 200 ms gets as many as it takes to send it 1,000 a second", answers(200), 10, 200],
  ["three slow answers are enough to know it", answers(200, 3), 10, 200],
  ["two slow answers are not enough", answers(200, 2), 10, 2],
  ["three answers that take not so long are not enough", answers(50, 3), 10, 2],
  ["a silent receiver gets more step by step", silent(75), 10, 4],
  ["one that stays silent gets still more", silent(125), 10, 16],
  ["silence gives no more than its length asks for", silent(100), 10, 8],
  ["a receiver never gets more than its provider takes", answers(900), 10, 200],
])("%s", (_, speed, waiting, expected) => {
  expect(concurrencyFor(speed, { most: 200, waiting })).toBe(expected);
});

test.each([
  ["nothing is known of the receiver", silent(0), 200, 26],
  ["it answers at once", answers(3), 200, 26],
  ["it takes 100 ms", answers(100), 200, 300],
  ["it takes 200 ms: as many again as are on their way", answers(200), 200, 400],
  ["it takes 2 s", answers(2_000), 200, 225],
  ["its provider takes few at once: no more than these", answers(200), 10, 10],
])("how many may be claimed where %s", (_, speed, most, expected) => {
  expect(claimableFor(speed, { most, waiting: 10 })).toBe(expected);
});
