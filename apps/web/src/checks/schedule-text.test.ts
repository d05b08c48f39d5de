import { expect, test } from "vitest";

import { scheduleText } from "./schedule-text.ts";

test.each([
  [60, "Every minute"],
  [300, "Every 5 minutes"],
  [86_400, "Every day"],
  [5_400, "Every 1 hour 30 minutes"],
])("an interval of %i s: %s", (everySeconds, text) => {
  expect(scheduleText({ kind: "interval", everySeconds })).toBe(text);
});

test.each([
  ["30 2 * * *", "Daily at 02:30 (Europe/Berlin)"],
  ["0 9 * * 1-5", "Weekdays at 09:00 (Europe/Berlin)"],
  ["0 9 * * 7", "Sundays at 09:00 (Europe/Berlin)"],
  ["*/5 * * * *", "Every 5 minutes (Europe/Berlin)"],
  ["7 * * * *", "Hourly at :07 (Europe/Berlin)"],
  ["0 0 1 * *", "0 0 1 * * (Europe/Berlin)"],
  ["0 9 * * MON#2", "0 9 * * MON#2 (Europe/Berlin)"],
  ["0 3 * * *\n0 15 * * *", "0 3 * * * · 0 15 * * * (Europe/Berlin)"],
])("the cron %j: %s", (expression, text) => {
  expect(scheduleText({ kind: "cron", expression, timezone: "Europe/Berlin" })).toBe(text);
});

test("an OnCalendar expression speaks for itself", () => {
  expect(scheduleText({ kind: "oncalendar", expression: "Mon..Fri 09:00", timezone: "UTC" })).toBe(
    "Mon..Fri 09:00 (UTC)",
  );
});
