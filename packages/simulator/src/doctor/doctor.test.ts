import { expect, test } from "vitest";
import { measureHealthy, measureMisread, measureMovedJobs } from "./measure.ts";

// Few, because most of the time goes into making the jobs: `npm run sim:doctor` examines 1,500 and 21,000.
test("nine in ten jobs in another time zone have that zone named", () => {
  const { checks, right, partHours } = measureMovedJobs(1, 50);
  expect(right / checks).toBeGreaterThanOrEqual(0.9);
  expect(partHours.checks).toBeGreaterThan(0);
}, 60_000);

test("nine in ten jobs that another scheduler runs have a scheduler of that reading named", () => {
  const { checks, right } = measureMisread(1, 20);
  expect(right / checks).toBeGreaterThanOrEqual(0.9);
}, 60_000);

test("nothing is said of healthy jobs on imperfect machines", () => {
  expect(measureHealthy(1, 200).wrong).toEqual([]);
}, 60_000);
