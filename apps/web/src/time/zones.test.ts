import { expect, test } from "vitest";

import { clockText, parseWallClock, shortZonedText, wallClockText, zonedText } from "./zones.ts";

const AT = Date.parse("2026-11-20T01:30:05Z");

test.each([
  ["Europe/Berlin", "Fri 20 Nov 2026, 02:30:05 CET"],
  ["UTC", "Fri 20 Nov 2026, 01:30:05 UTC"],
  ["America/New_York", "Thu 19 Nov 2026, 20:30:05 GMT\u20115"],
])("the exact time in %s contains its zone", (zone, text) => {
  expect(zonedText(AT, zone)).toBe(text);
});

test("the short forms contain the zone too", () => {
  expect(shortZonedText(AT, "Europe/Berlin")).toBe("Fri 20 Nov, 02:30 CET");
  expect(clockText(AT, "Europe/Berlin")).toBe("02:30 CET");
});

test.each([
  ["2026-11-20T02:30", "Europe/Berlin", "2026-11-20T01:30:00.000Z"],
  ["2026-07-01T02:30", "Europe/Berlin", "2026-07-01T00:30:00.000Z"],
  ["2026-07-01T18:15", "Asia/Kolkata", "2026-07-01T12:45:00.000Z"],
  ["2026-12-31T23:59", "America/New_York", "2027-01-01T04:59:00.000Z"],
  ["2026-01-01T00:00", "UTC", "2026-01-01T00:00:00.000Z"],
])("%s in %s is %s, and is converted back unchanged", (wall, zone, iso) => {
  expect(parseWallClock(wall, zone)).toBe(Date.parse(iso));
  expect(wallClockText(Date.parse(iso), zone)).toBe(wall);
});

test("a local time that the clock skips is taken as later", () => {
  const at = parseWallClock("2026-03-29T02:30", "Europe/Berlin") ?? 0;
  expect(wallClockText(at, "Europe/Berlin")).toBe("2026-03-29T03:30");
});

test("an empty text is not an instant", () => {
  expect(parseWallClock("", "UTC")).toBeNull();
});
