import { nextReportAt, NO_MAIL_SERVER, type Period, type Report } from "@overdue/core";
import { TimezoneInput } from "@overdue/schedules";
import type { ReportChoice } from "@overdue/db";
import { z } from "zod";

import { isoOrNull, Timestamp, iso } from "../http/schemas.ts";

const Every = z.enum(["none", "week", "month"], { error: "Choose none, week or month." }).meta({
  description: "The weekly report comes on Monday, the monthly one on the first of the month, at 9:00.",
});

const ClockChanges = z
  .boolean({ error: "clockChanges must be true or false." })
  .meta({ description: "On Mondays a note, where a clock change within two weeks touches runs." });

export const UNVERIFIED =
  "Your address is not confirmed yet, so no report is sent: ask for the mail that confirms it.";

/** What a member chooses for themselves; only what is sent is written. */
export const ChoicePatch = z
  .strictObject({
    every: Every,
    timezone: TimezoneInput.nullable().meta({ description: "By whose clock; null: the project's." }),
    clockChanges: ClockChanges,
  })
  .partial()
  .meta({ id: "ReportChoicePatch" });

export const ChoiceView = z
  .object({
    every: Every,
    timezone: z.string().nullable().meta({ description: "By whose clock; null: the project's." }),
    clockChanges: ClockChanges,
    to: z.string().meta({ description: "The address of your account." }),
    dueAt: Timestamp.nullable().meta({ description: "When the next one comes; null: none is wanted." }),
    problem: z.string().nullable().meta({ description: "Why none arrives, where that is so." }),
    version: z.int(),
  })
  .meta({ id: "ReportChoice", description: "How often you get the project's report by mail." });

/** `mail`: a mail server is set. */
export function choiceView(
  choice: ReportChoice,
  { mail, now }: { mail: boolean; now: number },
): z.infer<typeof ChoiceView> {
  const { every, timezone, email, dueAt, version } = choice;
  const zone = timezone ?? choice.projectTimezone;
  const due = every === "none" ? null : (dueAt ?? nextReportAt(every, now, zone));
  return {
    every,
    timezone,
    clockChanges: choice.clockNoteDueAt !== null,
    to: email,
    dueAt: isoOrNull(due),
    problem: problemOf(choice, mail),
    version,
  };
}

function problemOf({ brokenBecause, isVerified }: ReportChoice, mail: boolean): string | null {
  if (!mail) return `${NO_MAIL_SERVER} Until then no report is sent.`;
  if (!isVerified) return UNVERIFIED;
  return brokenBecause === null ? null : `Mails to your address do not arrive: ${brokenBecause}`;
}

const Share = z.number().min(0).max(1);
const Compared = z.object({
  now: z.int().meta({ description: "In the period." }),
  before: z.int().meta({ description: "In the period before it." }),
});
const OfCheck = { checkId: z.uuid(), name: z.string() };

function shortList<Shape extends z.ZodRawShape>(shape: Shape, description: string) {
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
        "Share of the counted time during which checks were not down; null if no time was counted. New and paused checks, maintenance and outages of Overdue itself do not count.",
    }),
    leftOut: z.object({
      pausedChecks: z.int().meta({ description: "Paused at some time in the period." }),
      maintenanceChecks: z.int().meta({
        description:
          "With maintenance in the period, according to the maintenance windows as they are planned now.",
      }),
      outageMs: z.int().meta({ description: "How long Overdue itself could not hear." }),
    }),
    onTime: Compared,
    late: Compared,
    missed: Compared,
    failed: Compared,
    excluded: Compared,
    downs: Compared.meta({ description: "How often a check went down." }),
    worst: shortList({ ...OfCheck, uptime: Share, downMs: z.int(), downs: z.int() }, "Down the longest."),
    latest: shortList({ ...OfCheck, late: z.int(), lateMostMs: z.int() }, "Late the most often."),
    slowest: shortList(
      {
        ...OfCheck,
        longestMs: z.int(),
        usualMs: z.int().nullable().meta({ description: "The mean of the period before." }),
      },
      "With the longest runs.",
    ),
    neverRan: shortList({ ...OfCheck, createdAt: Timestamp }, "Never heard from, as of now."),
    silent: shortList(
      { ...OfCheck, lastPingAt: Timestamp },
      "Not heard from since the period began, as of now.",
    ),
    paused: shortList({ ...OfCheck, pausedAt: Timestamp.nullable() }, "Paused now."),
    open: shortList({ ...OfCheck, reason: z.string(), openedAt: Timestamp }, "Down now."),
    broken: shortList(
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
    worst: mapList(worst, (check) => ({ ...check, downMs: Math.round(check.downMs) })),
    latest: mapList(latest, (check) => check),
    slowest: mapList(slowest, ({ usualMs, ...check }) => ({
      ...check,
      usualMs: usualMs === null ? null : Math.round(usualMs),
    })),
    neverRan: mapList(neverRan, (check) => ({ ...check, createdAt: iso(check.createdAt) })),
    silent: mapList(silent, (check) => ({ ...check, lastPingAt: iso(check.lastPingAt) })),
    paused: mapList(paused, ({ pausedAt, ...check }) => ({
      ...check,
      pausedAt: pausedAt === null ? null : iso(pausedAt),
    })),
    open: mapList(open, (check) => ({ ...check, openedAt: iso(check.openedAt) })),
    broken: mapList(broken, (channel) => ({ ...channel, brokenAt: iso(channel.brokenAt) })),
  };
}

function mapList<Item, View>(few: { total: number; first: readonly Item[] }, view: (item: Item) => View) {
  return { total: few.total, first: few.first.map(view) };
}
