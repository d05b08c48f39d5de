import { describe, expect, test } from "vitest";
import { explain } from "./explain/explain.ts";
import { ScheduleInput, ScheduleReadingInput } from "./schedule-input.ts";
import { hasWindows, nextAfter, windowMs } from "./schedule.ts";
import { MINUTE_MS } from "./time.ts";

/** A Thursday. */
const FROM = Date.parse("2026-01-01T12:00:00Z");
const DAY = 24 * 60;

const drawnBy = (scheduler: string, expression: string) =>
  ({ kind: "cron", scheduler, expression, timezone: "UTC" }) as const;

test.each([
  ["jenkins", "H * * * *", "2026-01-01T13:00:00Z", 59],
  ["jenkins", "H H * * *", "2026-01-02T00:00:00Z", DAY - 1],
  ["jenkins", "@daily", "2026-01-02T00:00:00Z", DAY - 1],
  ["jenkins", "@midnight", "2026-01-02T00:00:00Z", 179],
  ["jenkins", "H H * * H", "2026-01-04T00:00:00Z", 7 * DAY - 1],
  ["jenkins", "@monthly", "2026-02-01T00:00:00Z", 28 * DAY - 1],
  ["jenkins", "H/15 * * * *", "2026-01-01T12:15:00Z", 14],
  ["jenkins", "H/25 * * * *", "2026-01-01T12:25:00Z", 24],
  ["jenkins", "H(0-29)/10 9 * * *", "2026-01-02T09:00:00Z", 9],
  ["jenkins", "H(30-44),50 9 * * *", "2026-01-02T09:30:00Z", 14],
  ["jenkins", "30 H(2-4) * * 1-5", "2026-01-02T02:30:00Z", 120],
  ["cronie", "0~30 3 * * *", "2026-01-02T03:00:00Z", 30],
  ["cronie", "~ 3~4 * * *", "2026-01-02T03:00:00Z", 119],
  ["cronie", "0 9 * * 1~5", "2026-01-05T09:00:00Z", 4 * DAY],
  ["kubernetes", "0 3 * * *", "2026-01-02T03:00:00Z", 0],
])("%s may run %s from %s for %i minutes", (scheduler, expression, dueAt, minutes) => {
  const schedule = ScheduleInput.parse(drawnBy(scheduler, expression));
  expect(nextAfter(schedule, FROM)).toBe(Date.parse(dueAt));
  expect(windowMs(schedule, Date.parse(dueAt))).toBe(minutes * MINUTE_MS);
});

test("a window ends with the reading of the clock that it ends with, over a clock change too", () => {
  const schedule = { ...drawnBy("jenkins", "H H(1-4) * * *"), timezone: "Europe/Berlin" };
  expect(windowMs(schedule, Date.parse("2026-03-29T00:00:00Z"))).toBe(179 * MINUTE_MS);
});

test("a window whose last time the clock skips ends before the next one begins", () => {
  const schedule = { ...drawnBy("jenkins", "@midnight"), timezone: "America/New_York" };
  expect(windowMs(schedule, Date.parse("2027-03-14T05:00:00Z"))).toBe(119 * MINUTE_MS);
});

describe("the name of a Jenkins job", () => {
  test("tells the very minute", () => {
    const schedule = ScheduleInput.parse({ ...drawnBy("jenkins", "H H * * *"), job: "flavours" });
    expect(schedule).toMatchObject({ job: "flavours" });
    expect(hasWindows(schedule)).toBe(false);
    expect(nextAfter(schedule, FROM)).toBe(Date.parse("2026-01-02T08:50:00Z"));
  });

  test("is refused for any other scheduler", () => {
    const { error } = ScheduleInput.safeParse({ ...drawnBy("kubernetes", "0 3 * * *"), job: "nightly" });
    expect(error?.issues).toMatchObject([
      { path: ["job"], message: "Only Jenkins computes times from a job's name: leave the job out." },
    ]);
  });
});

test.each([
  [
    "jenkins",
    "H H * * *",
    "Every day at 00:00, or up to 23 hours 59 minutes later, as the scheduler draws it, UTC",
  ],
  [
    "jenkins",
    "H * * * *",
    "At minute 0 past every hour, or up to 59 minutes later, as the scheduler draws it, UTC",
  ],
  ["cronie", "0~30 3 * * *", "Every day at 03:00, or up to 30 minutes later, as the scheduler draws it, UTC"],
])("%s: %s in words is “%s”", (scheduler, expression, text) => {
  expect(explain(drawnBy(scheduler, expression), { from: FROM, count: 0 }).text).toBe(text);
});

test.each([
  ["jenkins", "H/61 * * * *"],
  ["cronie", "0~70 3 * * *"],
  ["cronie", "5~1 3 * * *"],
  ["cronie", "0~10/2 3 * * *"],
  ["debian-cron", "H 3 * * *"],
])("%s refuses %j", (scheduler, expression) => {
  const { error } = ScheduleReadingInput.safeParse(drawnBy(scheduler, expression));
  expect(error?.issues[0]?.path).toEqual(["expression"]);
});

test("RANDOM_DELAY of a crontab is a jitter", () => {
  const expression = "RANDOM_DELAY=45\n0 3 * * * backup.sh";
  expect(ScheduleReadingInput.parse(drawnBy("cronie", expression))).toMatchObject({
    schedule: { expression: "0 3 * * *" },
    jitterSeconds: 2700,
    notes: expect.arrayContaining([
      "RANDOM_DELAY starts the job up to 45 min late: until then it does not count as late.",
    ]),
  });
});
