import { expect, test } from "vitest";

import { growthOf } from "./growth.ts";

const samples = (values: readonly number[], name = "api rss") => values.map((value) => ({ [name]: value }));
const isFound = (values: readonly number[], name?: string) =>
  growthOf(samples(values, name)).some(({ isTooMuch }) => isTooMuch);

test("memory that goes up and down about the same height has not grown", () => {
  expect(isFound([200, 230, 190, 240, 210, 235, 195, 230, 205])).toBe(false);
});

test("memory that rises by a few megabytes each time is reported, however slowly", () => {
  expect(isFound(Array.from({ length: 60 }, (_, i) => 150 + 2 * i))).toBe(true);
});

test("one connection that is never closed each half minute is reported", () => {
  expect(
    isFound(
      Array.from({ length: 60 }, (_, i) => 30 + i),
      "api files",
    ),
  ).toBe(true);
});

test("one high value among many does not count as growth", () => {
  expect(isFound([200, 200, 200, 200, 200, 200, 200, 900, 200])).toBe(false);
});
