import { expect, test } from "vitest";
import { measureHealthy, measureMisread, measureStrangers } from "./measure.ts";

test.each([1, 2])("nine in ten jobs in another time zone have that zone named (seed %d)", (seed) => {
  const { checks, right } = measureStrangers(seed, 60);
  expect(right / checks).toBeGreaterThanOrEqual(0.9);
});

test("nine in ten jobs that another scheduler runs have a scheduler of that reading named", () => {
  const { checks, right } = measureMisread(1, 40);
  expect(right / checks).toBeGreaterThanOrEqual(0.9);
});

test("nothing is said of healthy jobs on imperfect machines", () => {
  expect(measureHealthy(1, 600).wrong).toEqual([]);
});
