import { expect, test } from "vitest";

import { instantOfWall, wallText } from "./wall.ts";

test.each([
  ["2026-11-20T02:30", "Europe/Berlin", "2026-11-20T01:30:00.000Z"],
  ["2026-07-01T02:30", "Europe/Berlin", "2026-07-01T00:30:00.000Z"],
  ["2026-07-01T18:15", "Asia/Kolkata", "2026-07-01T12:45:00.000Z"],
  ["2026-12-31T23:59", "America/New_York", "2027-01-01T04:59:00.000Z"],
  ["2026-01-01T00:00", "UTC", "2026-01-01T00:00:00.000Z"],
])("%s in %s is %s, and back", (wall, zone, iso) => {
  expect(instantOfWall(wall, zone)).toBe(Date.parse(iso));
  expect(wallText(Date.parse(iso), zone)).toBe(wall);
});

test("a reading that the clock skips is taken as later", () => {
  const at = instantOfWall("2026-03-29T02:30", "Europe/Berlin") ?? 0;
  expect(wallText(at, "Europe/Berlin")).toBe("2026-03-29T03:30");
});

test("no reading is no instant", () => {
  expect(instantOfWall("", "UTC")).toBeNull();
});
