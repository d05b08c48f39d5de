import { expect, test } from "vitest";

import { maintenanceCurl, type Rule, ruleText } from "./window-text.ts";

test.each<[Rule, string]>([
  [
    { kind: "once", from: "2026-12-24T17:00:00Z", until: "2026-12-24T19:00:00Z" },
    "Once, Thu 24 Dec 2026, 18:00:00 CET to Thu 24 Dec 2026, 20:00:00 CET",
  ],
  [
    { kind: "weekly", weekdays: [7], time: "02:00", minutes: 120, timezone: "Europe/Berlin" },
    "Sunday at 02:00 (Europe/Berlin), for 2 hours",
  ],
  [
    { kind: "weekly", weekdays: [1, 2, 3, 4, 5], time: "23:30", minutes: 45, timezone: "UTC" },
    "Monday to Friday at 23:30 (UTC), for 45 minutes",
  ],
  [
    { kind: "cron", expression: "0 2 1 * *", minutes: 60, timezone: "UTC" },
    "Cron 0 2 1 * * (UTC), for 1 hour",
  ],
])("the rule %j reads: %s", (rule, text) => {
  expect(ruleText(rule, "Europe/Berlin")).toBe(text);
});

test("the lines for a deploy script start maintenance and stop it by the same name", () => {
  const lines = maintenanceCurl("https://overdue.example.org", "p1");
  expect(lines).toContain('{"name":"deploy","minutes":30}');
  expect(lines).toContain("https://overdue.example.org/v1/projects/p1/maintenance/start");
  expect(lines).toContain("https://overdue.example.org/v1/projects/p1/maintenance/stop");
});
