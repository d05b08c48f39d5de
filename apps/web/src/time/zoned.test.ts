import { expect, test } from "vitest";

import { clockText, shortZonedText, zonedText } from "./zoned.ts";

const AT = Date.parse("2026-11-20T01:30:05Z");

test.each([
  ["Europe/Berlin", "Fri 20 Nov 2026, 02:30:05 CET"],
  ["UTC", "Fri 20 Nov 2026, 01:30:05 UTC"],
  ["America/New_York", "Thu 19 Nov 2026, 20:30:05 GMT-5"],
])("the exact time in %s carries its zone", (zone, text) => {
  expect(zonedText(AT, zone)).toBe(text);
});

test("the short forms carry the zone too", () => {
  expect(shortZonedText(AT, "Europe/Berlin")).toBe("Fri 20 Nov, 02:30 CET");
  expect(clockText(AT, "Europe/Berlin")).toBe("02:30 CET");
});
