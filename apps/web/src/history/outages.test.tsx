import { expect, test } from "vitest";

import { outageText } from "./outages.tsx";

const outages = [
  { startedAt: "2026-11-15T22:50:00Z", endedAt: "2026-11-15T23:20:00Z", cause: "busy" as const },
  { startedAt: "2026-11-15T01:20:00Z", endedAt: "2026-11-15T01:40:00Z", cause: null },
];

test.each([
  ["2026-11-15T01:30:00Z", "Overdue could not receive pings 02:20 CET to 02:40 CET"],
  [
    "2026-11-15T23:00:00Z",
    "Overdue could not receive pings Sun 15 Nov, 23:50 CET to Mon 16 Nov, 00:20 CET (Overdue was busy and did not respond)",
  ],
  ["2026-11-15T02:30:00Z", null],
])("the outage at the time %s reads: %s", (dueAt, text) => {
  expect(outageText(dueAt, outages, "Europe/Berlin")).toBe(text);
});
