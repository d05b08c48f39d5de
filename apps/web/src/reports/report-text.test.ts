import { expect, test } from "vitest";

import { exclusionsText, periodText } from "../pages/report-page.tsx";

const november = { from: "2026-10-31T23:00:00Z", until: "2026-11-30T23:00:00Z", timezone: "Europe/Berlin" };

test.each([
  [{ ...november, every: "month", isOver: true }, "November 2026"],
  [{ ...november, every: "month", isOver: false }, "November 2026 so far"],
  [
    {
      every: "week",
      from: "2026-12-28T00:00:00Z",
      until: "2027-01-04T00:00:00Z",
      timezone: "UTC",
      isOver: true,
    },
    "28 December to 3 January 2027",
  ],
] as const)("the period %j is named %s, by its days in its own zone", (period, text) =>
  expect(periodText(period)).toBe(text),
);

test("the exclusions are named, or are null where there are none", () => {
  expect(exclusionsText({ pausedChecks: 0, maintenanceChecks: 0 }, null)).toBeNull();
  expect(exclusionsText({ pausedChecks: 1, maintenanceChecks: 12 }, "3 min")).toBe(
    "pauses of 1 check, maintenance of 12 checks, 3 min in which Overdue could not receive pings",
  );
});
