import { expect, test } from "vitest";
import { lintLine } from "./lint.ts";

test.each([
  [
    "debian-cron",
    "0 0 * * FRI#2",
    "otherwise",
    /every Friday at 00:00; most others would run it on the second Friday/,
  ],
  ["debian-cron", "0 22-2 * * *", "never", /hour field has a range that runs backwards, “22-2”/],
  ["debian-cron", "0 0 30 2 *", "never", /No month in this expression has a day 30/],
  ["debian-cron", "5/10 * * * *", "refused", /accepts no step after a single number/],
  [
    "apscheduler",
    "0 9 * * 1-5",
    "otherwise",
    /Tuesday to Saturday at 09:00; plain cron would run it Monday to Friday/,
  ],
  ["busybox", "0 0 * * 7", "otherwise", /every day at 00:00; plain cron would run it every Sunday/],
  ["busybox", "@every 5m", "never", /never runs it/],
  ["systemd-cron", "0 0 1 DEC *", "otherwise", /1st of November .* 1st of December/],
  ["kubernetes", "0 0 * * 7", "refused", /write 0 for Sunday/],
  ["celery", "0 0 1-7 * 1", "otherwise", /if it is a Monday; plain cron would run it on the 1st to 7th/],
])("%s, %s: %s", (scheduler, expression, code, message) => {
  expect(lintLine(expression, scheduler)).toEqual([{ code, message: expect.stringMatching(message) }]);
});

test("H is drawn by Jenkins, unless the name of the job tells its time", () => {
  expect(lintLine("H 3 * * *", "jenkins")).toMatchObject([{ code: "drawn" }]);
  expect(lintLine("H 3 * * *", "jenkins", "nightly build")).toEqual([]);
});

test.each([
  ["debian-cron", "30 2 * * *"],
  ["kubernetes", "*/5 9-17 * * MON-FRI"],
  ["celery", "0 0 * * 1-5"],
])("%s, %s: nothing to say", (scheduler, expression) => {
  expect(lintLine(expression, scheduler)).toEqual([]);
});
