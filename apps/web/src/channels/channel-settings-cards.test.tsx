import { expect, test } from "vitest";

import { digestText, groupingText, digestChoices } from "./channel-settings-cards.tsx";

test.each([
  [0, "immediately"],
  [10, "collected for 10 minutes"],
  [60, "collected for an hour"],
  [90, "collected for 90 minutes"],
  [1_440, "collected for 24 hours"],
])("a digest length of %i minutes reads: %s", (minutes, text) => {
  expect(digestText(minutes)).toBe(text);
});

test.each([
  [null, "default of its kind"],
  [true, "one message"],
  [false, "separate messages"],
])("the grouping %s reads: %s", (groups, text) => {
  expect(groupingText(groups)).toBe(text);
});

test("a digest length that was set through the API is offered in its place among the others", () => {
  expect(digestChoices(7)).toEqual([0, 5, 7, 10, 15, 30, 60, 120, 240, 480, 720, 1_440]);
});
