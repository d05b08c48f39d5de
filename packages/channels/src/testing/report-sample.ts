import type { AlertFacts, ClockChangesPayload, ReportPayload } from "@overdue/core";
import { downFacts } from "./alert-samples.ts";

const at = (text: string) => Date.parse(text);
const few = <Item>(...first: Item[]) => ({ total: first.length, first });
const named = (name: string) => ({ checkId: "0199a1b2-0000-7000-8000-0000000000bb", name });

/** A November in which most runs were good. */
export const novemberReport: ReportPayload = {
  reportId: "0199a1b2-0000-7000-8000-0000000000ee",
  period: {
    every: "month",
    label: "2026-11",
    from: at("2026-10-31T23:00:00Z"),
    until: at("2026-11-30T23:00:00Z"),
    timezone: "Europe/Berlin",
  },
  report: {
    checks: 42,
    uptime: { now: 0.999_96, before: 0.9981 },
    leftOut: { pausedChecks: 2, maintenanceChecks: 12, outageMs: 180_000 },
    onTime: { now: 1_240, before: 1_198 },
    late: { now: 7, before: 3 },
    missed: { now: 2, before: 5 },
    failed: { now: 1, before: 0 },
    excluded: { now: 4, before: 0 },
    downs: { now: 3, before: 5 },
    worst: few(
      { ...named("nightly backup"), uptime: 0.9872, downMs: 33_300_000, downs: 2 },
      { ...named("invoices to the accountant, every weekday"), uptime: 0.9993, downMs: 1_860_000, downs: 1 },
    ),
    latest: {
      total: 7,
      first: [
        { ...named("sync-crm"), late: 5, lateMostMs: 1_260_000 },
        { ...named("certificates"), late: 1, lateMostMs: 300_000 },
      ],
    },
    slowest: few(
      { ...named("nightly backup"), longestMs: 11_520_000, usualMs: 9_600_000 },
      { ...named("reindex"), longestMs: 240_000, usualMs: null },
    ),
    neverRan: few({ ...named("restore drill"), createdAt: at("2026-11-03T10:00:00Z") }),
    silent: few({ ...named("old importer"), lastPingAt: at("2026-09-17T04:00:00Z") }),
    paused: few({ ...named("reports for Q3"), pausedAt: at("2026-10-02T08:15:00Z") }),
    open: few({ ...named("old importer"), reason: "missed", openedAt: at("2026-09-17T06:00:00Z") }),
    broken: few({
      id: "0199a1b2-0000-7000-8000-0000000000cc",
      name: "Ops chat",
      brokenAt: at("2026-11-28T17:02:00Z"),
      because: "Telegram: the bot was removed from the chat.",
    }),
  },
};

/** The note on a Monday before the clocks of Berlin change. */
export const springNote: ClockChangesPayload = {
  reportId: novemberReport.reportId,
  clockChanges: [
    {
      at: at("2027-03-28T01:00:00Z"),
      timezone: "Europe/Berlin",
      text: "Sun 2027-03-28: clocks go forward from 02:00 to 03:00",
      total: 22,
      first: [
        { ...named("nightly backup"), effect: "02:30 runs at 03:00 (UTC+2) instead." },
        { ...named(""), effect: "02:15 does not run." },
      ],
    },
  ],
};

/** The facts of a delivery of a report. */
export function reportFacts(payload: ReportPayload | ClockChangesPayload = novemberReport): AlertFacts {
  return { ...downFacts, kind: "report", payload, check: null, flip: null, incident: null, lastPing: null };
}
