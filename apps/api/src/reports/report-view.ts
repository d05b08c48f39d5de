import type { Period, Report } from "@overdue/core";
import { z } from "zod";

import { Timestamp } from "../http/time.ts";

const Share = z.number().min(0).max(1);
const Compared = z.object({
  now: z.int().meta({ description: "In the period." }),
  before: z.int().meta({ description: "In the period before it." }),
});
const OfCheck = { checkId: z.uuid(), name: z.string() };

function few<Shape extends z.ZodRawShape>(shape: Shape, description: string) {
  return z
    .object({ total: z.int(), first: z.array(z.object(shape)).meta({ description: "Five at most." }) })
    .meta({ description });
}

const PeriodView = z.object({
  every: z.enum(["week", "month"]),
  label: z.string().meta({ description: "Its name, for `period`.", example: "2026-W47" }),
  from: Timestamp,
  until: Timestamp.meta({ description: "Its end; now, while it runs." }),
  timezone: z.string(),
  isOver: z.boolean(),
  previous: z.string().meta({ description: "The period before it." }),
  next: z.string().nullable().meta({ description: "The period after it; null where that has not begun." }),
});

export const ReportView = z
  .object({
    period: PeriodView,
    checks: z.int(),
    uptime: z.object({ now: Share.nullable(), before: Share.nullable() }).meta({
      description:
        "Share of the time that counts in which checks were not down; null where no time counts. New and paused checks, maintenance and outages of Overdue itself do not count.",
    }),
    leftOut: z.object({
      pausedChecks: z.int().meta({ description: "Paused at some time in the period." }),
      maintenanceChecks: z.int().meta({ description: "With maintenance in the period, by today's windows." }),
      outageMs: z.int().meta({ description: "How long Overdue itself could not hear." }),
    }),
    onTime: Compared,
    late: Compared,
    missed: Compared,
    failed: Compared,
    notJudged: Compared,
    downs: Compared.meta({ description: "How often a check went down." }),
    worst: few({ ...OfCheck, uptime: Share, downMs: z.int(), downs: z.int() }, "Down the longest."),
    latest: few({ ...OfCheck, late: z.int(), lateMostMs: z.int() }, "Late the most often."),
    slowest: few(
      {
        ...OfCheck,
        longestMs: z.int(),
        usualMs: z.int().nullable().meta({ description: "The mean of the period before." }),
      },
      "With the longest runs.",
    ),
    neverRan: few({ ...OfCheck, createdAt: Timestamp }, "Never heard from, as of now."),
    silent: few({ ...OfCheck, lastPingAt: Timestamp }, "Not heard from since the period began, as of now."),
    paused: few({ ...OfCheck, pausedAt: Timestamp.nullable() }, "Paused now."),
    open: few({ ...OfCheck, reason: z.string(), openedAt: Timestamp }, "Down now."),
    broken: few(
      { id: z.uuid(), name: z.string(), brokenAt: Timestamp, because: z.string() },
      "Channels that do not work now.",
    ),
  })
  .meta({ id: "Report" });

type Around = { period: Period; isOver: boolean; until: number; previous: string; next: string | null };

export function reportView(report: Report, around: Around): z.infer<typeof ReportView> {
  const { every, label, from, timezone } = around.period;
  const { isOver, previous, next } = around;
  const { worst, latest, slowest, neverRan, silent, paused, open, broken } = report;
  return {
    ...report,
    period: { every, label, from: iso(from), until: iso(around.until), timezone, isOver, previous, next },
    leftOut: { ...report.leftOut, outageMs: Math.round(report.leftOut.outageMs) },
    worst: each(worst, (check) => ({ ...check, downMs: Math.round(check.downMs) })),
    latest: each(latest, (check) => check),
    slowest: each(slowest, ({ usualMs, ...check }) => ({
      ...check,
      usualMs: usualMs === null ? null : Math.round(usualMs),
    })),
    neverRan: each(neverRan, (check) => ({ ...check, createdAt: iso(check.createdAt) })),
    silent: each(silent, (check) => ({ ...check, lastPingAt: iso(check.lastPingAt) })),
    paused: each(paused, ({ pausedAt, ...check }) => ({
      ...check,
      pausedAt: pausedAt === null ? null : iso(pausedAt),
    })),
    open: each(open, (check) => ({ ...check, openedAt: iso(check.openedAt) })),
    broken: each(broken, (channel) => ({ ...channel, brokenAt: iso(channel.brokenAt) })),
  };
}

function each<Item, View>(few: { total: number; first: readonly Item[] }, view: (item: Item) => View) {
  return { total: few.total, first: few.first.map(view) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
