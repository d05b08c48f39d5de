import { DAY_MS, type Schedule } from "@overdue/schedules";
import { expect, test } from "vitest";
import { clockChangesAhead } from "./clock-changes.ts";

const SPRING = Date.parse("2027-03-28T01:00:00Z");
const of = (name: string, expression: string, more: object = {}) => {
  const schedule: Schedule = { kind: "cron", expression, timezone: "Europe/Berlin", ...more };
  return { id: name, name, schedule };
};

test("of the checks in a zone those are named whose runs the clock change touches", () => {
  const checks = [
    of("backup", "30 2 * * *", { scheduler: "kubernetes" }),
    of("sync", "0 12 * * *"),
    { id: "beat", name: "beat", schedule: { kind: "interval", everySeconds: 300 } as const },
    of("in New York, whose clock changed before", "30 2 * * *", { timezone: "America/New_York" }),
  ];
  expect(clockChangesAhead(checks, SPRING - 7 * DAY_MS)).toEqual([
    {
      at: SPRING,
      timezone: "Europe/Berlin",
      text: "Sun 2027-03-28: clocks go forward from 02:00 to 03:00",
      total: 1,
      first: [{ checkId: "backup", name: "backup", effect: expect.stringContaining("02:30") }],
    },
  ]);
});

test("what is more than two weeks ahead is left for a later week", () => {
  const checks = [of("backup", "30 2 * * *", { scheduler: "kubernetes" })];
  expect(clockChangesAhead(checks, SPRING - 15 * DAY_MS)).toEqual([]);
});

test("twenty checks are shown, and all are counted", () => {
  const checks = Array.from({ length: 30 }, (_, index) =>
    of(String(index), "30 2 * * *", { scheduler: "kubernetes" }),
  );
  const [change] = clockChangesAhead(checks, SPRING - DAY_MS);
  expect(change).toMatchObject({ total: 30 });
  expect(change?.first).toHaveLength(20);
});
