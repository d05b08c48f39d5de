import { expect, test } from "vitest";

import { windowErrors } from "./window-errors.ts";

test.each([
  ["name", "once", "name"],
  ["rule.until", "once", "until"],
  ["rule.minutes", "weekly", "length"],
  ["rule.expression", "cron", "cron"],
  ["rule", "weekly", "weekdays"],
  ["tags.3", "once", "tags"],
] as const)("what is said of %s of a window %s stands at %s", (field, kind, place) => {
  expect(windowErrors([{ field, message: "No." }], kind)).toEqual({ [place]: "No." });
});
