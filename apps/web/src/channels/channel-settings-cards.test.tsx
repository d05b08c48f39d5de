import { expect, test } from "vitest";

import { collectText, groupsText, spansWith } from "./channel-settings-cards.tsx";

test.each([
  [0, "at once"],
  [10, "collected for 10 minutes"],
  [60, "collected for an hour"],
  [90, "collected for 90 minutes"],
  [1_440, "collected for 24 hours"],
])("%i minutes are told: %s", (minutes, text) => {
  expect(collectText(minutes)).toBe(text);
});

test.each([
  [null, "as usual for its kind"],
  [true, "one message"],
  [false, "a message each"],
])("groups %s: %s", (groups, text) => {
  expect(groupsText(groups)).toBe(text);
});

test("a span that an API set is among those to choose from, in its place", () => {
  expect(spansWith(7)).toEqual([0, 5, 7, 10, 15, 30, 60, 120, 240, 480, 720, 1_440]);
});
