import { expect, test } from "vitest";

import { instantIn } from "./time.ts";

test.each([
  ["2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29 01:59:59 Europe/Berlin (00:59:59 UTC)"],
  ["2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29 03:00:00 Europe/Berlin (01:00:00 UTC)"],
  ["2026-11-20T23:30:00Z", "Europe/Berlin", "2026-11-21 00:30:00 Europe/Berlin (2026-11-20 23:30:00 UTC)"],
  ["2026-11-20T00:00:00Z", "Asia/Kathmandu", "2026-11-20 05:45:00 Asia/Kathmandu (00:00:00 UTC)"],
  ["2026-11-20T12:00:00Z", null, "2026-11-20 12:00:00 UTC"],
  ["2026-11-20T12:00:00Z", "UTC", "2026-11-20 12:00:00 UTC"],
  ["2026-11-20T12:00:00Z", "No/Where", "2026-11-20 12:00:00 UTC"],
])("%s in %s is written as %s", (at, timezone, expected) => {
  expect(instantIn(Date.parse(at), timezone)).toBe(expected);
});
