import { expect, test } from "vitest";

import { createClock } from "./clock.ts";

test("a clock that agrees with the database is left alone", () => {
  const clock = createClock(() => 10_000);
  expect(clock.compare(10_400, { before: 10_000, after: 10_000 })).toBe(400);
  expect(clock.now()).toBe(10_000);
});

test("a clock that is three hours slow is set right", () => {
  const clock = createClock(() => 10_000);
  clock.compare(10_810_000, { before: 9_990, after: 10_010 });
  expect(clock.now()).toBe(10_810_000);
});

test("a clock follows the database's when that is set back", () => {
  let local = 10_000_000;
  const clock = createClock(() => local);
  clock.now();
  local = 4_000_000;
  clock.compare(4_000_000, { before: local, after: local });
  expect(clock.now()).toBe(4_000_000);
});

test("a clock does not go back where only the machine's was stepped, not the database's", () => {
  let local = 10_000_000;
  const clock = createClock(() => local);
  clock.now();
  local = 4_000_000;
  clock.compare(10_000_100, { before: local, after: local });
  expect(clock.now()).toBe(10_000_100);
});

test("a clock that is stepped back stands still instead of going backwards", () => {
  let local = 10_000;
  const clock = createClock(() => local);
  clock.now();
  local = 4_000;
  expect(clock.now()).toBe(10_000);
});
