import { expect, test } from "vitest";

import { WakeLoop } from "./wake-loop.ts";

const MINUTE_MS = 60_000;

function aLoop(look: () => Promise<number>) {
  const errors: unknown[] = [];
  return { errors, loop: new WakeLoop({ look, sweepMs: MINUTE_MS, onError: (error) => errors.push(error) }) };
}

test("a wake while it looks makes it look once more, never twice at once", async () => {
  const looks: (() => void)[] = [];
  const { loop } = aLoop(() => new Promise((resolve) => looks.push(() => resolve(MINUTE_MS))));
  loop.wake();
  loop.wake();
  loop.wake();
  expect(looks).toHaveLength(1);
  looks[0]?.();
  await expect.poll(() => looks.length).toBe(2);
  looks[1]?.();
  await loop.stop();
  expect(looks).toHaveLength(2);
});

test("no wake is lost, in whatever step of a look's end it comes", async () => {
  for (let steps = 0; steps < 12; steps++) {
    const second = Promise.withResolvers<void>();
    let looks = 0;
    const { loop } = aLoop(async () => {
      looks++;
      if (looks === 1) void afterSteps(steps, () => loop.wake());
      else second.resolve();
      return MINUTE_MS;
    });
    loop.wake();
    await second.promise;
    await loop.stop();
    expect(looks).toBe(2);
  }
});

test("it looks again when the time comes that the last look named", async () => {
  const third = Promise.withResolvers<void>();
  let looks = 0;
  const { loop } = aLoop(async () => {
    looks++;
    if (looks === 3) third.resolve();
    return 1;
  });
  loop.wake();
  await third.promise;
  await loop.stop();
  expect(looks).toBe(3);
});

test("a look that fails is reported, and the loop goes on", async () => {
  let looks = 0;
  const { errors, loop } = aLoop(async () => {
    looks++;
    if (looks === 1) throw new Error("the database is away");
    return MINUTE_MS;
  });
  loop.wake();
  await expect.poll(() => errors).toHaveLength(1);
  loop.wake();
  await expect.poll(() => looks).toBe(2);
  await loop.stop();
});

async function afterSteps(steps: number, act: () => void): Promise<void> {
  for (let step = 0; step < steps; step++) await Promise.resolve();
  act();
}
