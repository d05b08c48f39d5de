import { expect, test } from "vitest";

import { attentionText, snoozeText } from "./attention-text.ts";

const NOW = Date.parse("2026-11-20T21:00:00Z");
const nothing = { acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null };
const ada = { ...nothing, acknowledgedAt: "2026-11-20T20:00:00Z", acknowledgedBy: "Ada" };

test.each([
  [nothing, "Nobody has acknowledged it yet."],
  [ada, "Acknowledged by Ada."],
  [{ ...nothing, snoozedUntil: "recovery" }, "Snoozed until it recovers."],
  [{ ...ada, snoozedUntil: "recovery" }, "Acknowledged by Ada. Snoozed until it recovers."],
  [{ ...nothing, snoozedUntil: "2026-11-20T20:30:00Z" }, "Nobody has acknowledged it yet."],
])("%j: %s", (incident, text) => {
  expect(attentionText(incident, NOW)).toBe(text);
});

test("a snooze names its end with the zone", () => {
  expect(snoozeText("2026-11-21T08:00:00Z")).toMatch(/^until Sat 21 Nov, \d\d:\d\d \S+$/);
});
