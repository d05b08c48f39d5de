import { expect, test } from "vitest";

import { weekdaysText } from "./weekdays.ts";

test.each([
  [[1, 2, 3, 4, 5], "Monday to Friday"],
  [[6, 7], "Saturday and Sunday"],
  [[7], "Sunday"],
  [[5, 1, 3], "Monday, Wednesday and Friday"],
  [[1, 2, 3, 4, 5, 6, 7], "every day"],
  [[], "on no day"],
])("the weekdays %j read: %s", (days, text) => {
  expect(weekdaysText(days)).toBe(text);
});
