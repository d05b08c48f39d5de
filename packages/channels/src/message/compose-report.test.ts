import type { ReportPayload } from "@overdue/core";
import { expect, test } from "vitest";

import { composeAlert } from "./compose.ts";
import { novemberReport, reportFacts, springNote } from "../testing/report-sample.ts";
import { HOSTILE_TEXTS, PUBLIC_URL } from "../testing/alert-samples.ts";
import { plainText } from "./parts.ts";

const NOTHING = { total: 0, first: [] };
const compose = (payload: ReportPayload = novemberReport) => composeAlert(reportFacts(payload), PUBLIC_URL);
const quiet: ReportPayload = {
  ...novemberReport,
  report: {
    ...novemberReport.report,
    checks: 1,
    uptime: { now: 1, before: null },
    leftOut: { pausedChecks: 0, maintenanceChecks: 0, outageMs: 0 },
    missed: { now: 0, before: 0 },
    failed: { now: 0, before: 0 },
    excluded: { now: 0, before: 0 },
    worst: NOTHING,
    latest: NOTHING,
    slowest: NOTHING,
    neverRan: NOTHING,
    silent: NOTHING,
    paused: NOTHING,
    open: NOTHING,
    broken: NOTHING,
  },
};

test("a report says how the month went, and names what a person should look at", () => {
  expect(plainText(compose())).toBe(`Ops, November 2026: 99.99% up, 2 missed, 1 failed, 1 down now

Your 42 checks were up 99.99% of the time, after 99.81% the month before. 1 check is down now.

Project: Ops
On time: 1240 (before: 1198)
Late: 7 (before: 3)
Missed: 2 (before: 5)
Failed: 1 (before: 0)
Went down: 3 (before: 5)
Not counted: pauses of 2 checks; maintenance of 12 checks; 3 min in which Overdue itself could not receive pings; 4 runs expected in such times

Down now
- old importer: missed, since 17 September 2026

Down the longest (2)
- nightly backup: 9 h 15 min in all, 2 times; 98.72% up
- invoices to the accountant, every weekday: 31 min; 99.93% up

Late (7)
- sync-crm: 5 times, by up to 21 min
- certificates: once, by 5 min
- and 5 more

Longest runs (2)
- nightly backup: 3 h 12 min, usually 2 h 40 min
- reindex: 4 min

Never ran
- restore drill: created 3 November 2026

Silent all month
- old importer: last ping 17 September 2026

Paused
- reports for Q3: since 2 October 2026

Channels that do not work
- Ops chat: since 28 November 2026. Telegram: the bot was removed from the chat.

https://overdue.example.org/projects/0199a1b2-0000-7000-8000-0000000000aa/report?period=2026-11&timezone=Europe%2FBerlin`);
});

test("a month without a fault says so, and nothing more than the figures", () => {
  const message = compose(quiet);
  expect(message).toMatchObject({
    title: "Ops, November 2026: 100% up, nothing missed",
    sentence: "Your 1 check was up 100% of the time. Nothing is down now.",
    tone: "neutral",
    sections: [],
  });
});

test.each([
  [0.999_999, "99.99%"],
  [0.9, "90%"],
  [0.001, "0.1%"],
  [0, "0%"],
])("%d of the time is written as %s, never more than it was", (now, words) => {
  const report = { ...quiet.report, uptime: { now, before: null } };
  expect(compose({ ...quiet, report }).sentence).toContain(` ${words} of`);
});

test("where nothing counts there is no percentage to be proud of", () => {
  const report = { ...quiet.report, uptime: { now: null, before: null } };
  expect(compose({ ...quiet, report }).title).toBe("Ops, November 2026: nothing to count");
});

test.each([
  ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "16 to 22 November 2026"],
  ["2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z", "30 November to 6 December 2026"],
  ["2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", "28 December 2026 to 3 January 2027"],
])("the week from %s is named by its days", (from, until, words) => {
  const period = {
    ...quiet.period,
    every: "week",
    from: Date.parse(from),
    until: Date.parse(until),
  } as const;
  const { title } = compose({ ...quiet, period: { ...period, timezone: "UTC" } });
  expect(title).toContain(`Ops, ${words}:`);
});

test("a note on a clock change names it, the checks that it touches, and what is expected of them", () => {
  expect(plainText(composeAlert(reportFacts(springNote), PUBLIC_URL)))
    .toBe(`Ops: clocks change on Sun 2027-03-28, 22 checks run differently

Clocks change within two weeks, which moves, doubles or leaves out runs. This is what Overdue then expects of each check, by the rules of its scheduler; runs that come like this raise no alert.

Project: Ops

Sun 2027-03-28: clocks go forward from 02:00 to 03:00 (Europe/Berlin)
- nightly backup: 02:30 runs at 03:00 (UTC+2) instead.
- unnamed check: 02:15 does not run.
- and 20 more

https://overdue.example.org/projects/0199a1b2-0000-7000-8000-0000000000aa/clock-changes`);
});

test.each(HOSTILE_TEXTS)("a check called %j stays one line of bounded length", (name) => {
  const slowest = { total: 1, first: [{ checkId: "x", name, longestMs: 1, usualMs: null }] };
  const { sections = [] } = compose({ ...quiet, report: { ...quiet.report, slowest } });
  const [line] = sections[0]?.lines ?? [];
  expect(line?.label).not.toMatch(/[\r\n]/);
  expect(line?.label.length).toBeLessThanOrEqual(80);
});
