import { expect, test } from "vitest";

import { type Snooze, snoozedUntil } from "./snooze.ts";

test.each<[Snooze, string, string, string]>([
  ["30m", "2026-11-20T21:00Z", "UTC", "2026-11-20T21:30:00.000Z"],
  ["2h", "2026-11-20T23:00Z", "UTC", "2026-11-21T01:00:00.000Z"],
  ["tomorrow", "2026-11-20T21:00Z", "UTC", "2026-11-21T09:00:00.000Z"],
  ["tomorrow", "2026-11-20T21:00Z", "Europe/Berlin", "2026-11-21T08:00:00.000Z"],
  ["tomorrow", "2026-11-20T23:30Z", "Europe/Berlin", "2026-11-22T08:00:00.000Z"],
  ["tomorrow", "2026-11-20T01:00Z", "America/New_York", "2026-11-20T14:00:00.000Z"],
  ["tomorrow", "2026-03-28T12:00Z", "Europe/Berlin", "2026-03-29T07:00:00.000Z"],
])("%s from %s in %s is until %s", (snooze, at, timezone, until) => {
  expect(new Date(snoozedUntil(snooze, Date.parse(at), timezone)).toISOString()).toBe(until);
});

test("until it recovers has no end of its own", () => {
  expect(snoozedUntil("recovery", 0, "UTC")).toBe(Infinity);
});
