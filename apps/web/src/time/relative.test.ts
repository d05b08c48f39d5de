import { expect, test } from "vitest";

import { relativeText } from "./relative.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

test.each([
  ["2026-11-20T11:59:57Z", "just now"],
  ["2026-11-20T11:59:30Z", "30 s ago"],
  ["2026-11-20T11:56:10Z", "3 min ago"],
  ["2026-11-20T09:55:00Z", "2 h 5 min ago"],
  ["2026-11-18T11:00:00Z", "2 d 1 h ago"],
  ["2026-11-20T12:00:42Z", "in 42 s"],
  ["2026-11-20T14:05:00Z", "in 2 h 5 min"],
])("%s is %s", (at, text) => {
  expect(relativeText(Date.parse(at), NOW)).toBe(text);
});
