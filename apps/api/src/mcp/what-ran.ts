import { instantIn } from "@overdue/channels";
import { lastNight, localInstant } from "@overdue/core";
import { DAY_MS, TimezoneInput } from "@overdue/schedules";
import type { InferResponseType } from "hono/client";
import { z } from "zod";

import { parseResponse, type Session, ToolRefusal } from "./session.ts";
import { countText, defineTool, quoteName } from "./tool.ts";

const PAGE = 200;
const PAGES_MAX = 5;
const ROWS_MAX = 60;
const WELL_NAMED_MAX = 40;

const COUNTS = ["runs", "failed", "missed", "late", "overlong", "lost", "running"] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

const CheckRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string().meta({ description: "As it is now." }),
  runs: z.int(),
  failed: z.int(),
  missed: z.int(),
  late: z.int(),
  overlong: z.int(),
  lost: z.int().meta({ description: "Began, and their end never came." }),
  running: z.int(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  exitStatuses: z.array(z.int()),
});
type CheckRow = z.output<typeof CheckRow>;

const WhatRan = z.object({
  from: z.string(),
  until: z.string(),
  timezone: z.string(),
  checks: z.int().meta({ description: "How many checks were looked at." }),
  active: z.int().meta({ description: "How many of them ran or were due." }),
  totals: z.record(z.enum(COUNTS), z.int()),
  items: z.array(CheckRow).meta({ description: "Checks with problems first." }),
  left: z.int().meta({ description: "Active checks that are not listed here." }),
  outages: z.array(z.object({ from: z.string(), until: z.string().nullable() })),
  next: z.string().nullable().meta({ description: "Pass it as cursor to look at further checks." }),
});

const When = z.string().max(40).optional();

export const whatRan = defineTool({
  name: "what_ran",
  title: "What ran?",
  description:
    "What every job did in a span of time: how often it ran, what failed, was missed, late, overlong or is still running. Without a span it answers for last night (18:00 to 8:00). Checks with problems come first.",
  effect: "reads",
  input: z.object({
    from: When.meta({
      description:
        'Begin, such as "2026-11-30 22:00" by the clock of `timezone`, or with an offset; without it 24 hours before `until`.',
    }),
    until: When.meta({ description: "End, at most 32 days later; without it now." }),
    timezone: TimezoneInput.optional().meta({
      description: "Such as Europe/Berlin; without it the project's.",
    }),
    onlyProblems: z.boolean().default(false),
    cursor: z.string().max(200).optional().meta({ description: "`next` of the answer before." }),
  }),
  output: WhatRan,
  run: async ({ from, until, timezone: zone, onlyProblems, cursor }, session) => {
    const timezone = zone ?? (await session.project()).timezone;
    const span = spanOf({ from, until, timezone, now: session.now });
    const { rows, checks, outages, next } = await readActivity(session, span, cursor);
    const active = rows.filter((row) => COUNTS.some((name) => row[name] > 0));
    const sorted = active.toSorted((one, other) => badness(other) - badness(one));
    const wanted = onlyProblems ? sorted.filter((row) => badness(row) > 0) : sorted;
    return {
      from: new Date(span.from).toISOString(),
      until: new Date(span.until).toISOString(),
      timezone,
      checks,
      active: active.length,
      totals: Object.fromEntries(COUNTS.map((name) => [name, sum(active, name)])) as Counts,
      items: wanted.slice(0, ROWS_MAX),
      left: Math.max(0, wanted.length - ROWS_MAX),
      outages,
      next,
    };
  },
  say: whatRanText,
});

type Asked = { from: string | undefined; until: string | undefined; timezone: string; now: number };

function spanOf({ from, until, timezone, now }: Asked): { from: number; until: number } {
  if (from === undefined && until === undefined) return lastNight(now, timezone);
  const end = until === undefined ? now : instantOf(until, "until", timezone);
  return { from: from === undefined ? end - DAY_MS : instantOf(from, "from", timezone), until: end };
}

function instantOf(text: string, edge: "from" | "until", timezone: string): number {
  const withOffset = z.iso.datetime({ offset: true }).safeParse(text.trim());
  const at = withOffset.success ? Date.parse(withOffset.data) : localInstant(text, edge, timezone);
  if (at !== null) return at;
  throw new ToolRefusal(
    `${edge}: write a day and a time such as 2026-11-30 22:00, by the clock of ${timezone}, or with an offset such as 2026-11-30T22:00:00+01:00.`,
  );
}

async function readActivity(
  { ofProject, param }: Session,
  span: { from: number; until: number },
  cursor?: string,
) {
  const query = {
    from: new Date(span.from).toISOString(),
    until: new Date(span.until).toISOString(),
    limit: String(PAGE),
  };
  const rows: CheckRow[] = [];
  let next = cursor ?? null;
  let outages: { from: string; until: string | null }[] = [];
  for (let pages = 0; pages === 0 || (pages < PAGES_MAX && next !== null); pages += 1) {
    const page = await parseResponse(
      ofProject.activity.$get({ param, query: { ...query, ...(next !== null && { cursor: next }) } }),
    );
    rows.push(...page.items.map((item) => rowOf(item, span.from)));
    outages = page.outages.map(({ startedAt, endedAt }) => ({ from: startedAt, until: endedAt }));
    next = page.next;
  }
  return { rows, checks: rows.length, outages, next };
}

type Activity = InferResponseType<Session["ofProject"]["activity"]["$get"], 200>["items"][number];

/** A check in the span. Where the API gives only counts of slots by part of the span, those that were met or failed are runs. */
function rowOf({ id, name, status, slots, runs, parts }: Activity, from: number): CheckRow {
  const slotsOf = (wanted: string) => slots.filter(([, kind]) => kind === wanted).length;
  const runsOf = (wanted: string) => runs.filter(([, , kind]) => kind === wanted).length;
  const inParts = { slots: 0, failed: 0, missed: 0 };
  for (const [, , slotCount, failed, missed] of parts ?? []) {
    inParts.slots += slotCount;
    inParts.failed += failed;
    inParts.missed += missed;
  }
  const times = runs.flatMap(([start, end]) => start ?? end ?? []);
  const at = (offset: number | undefined) =>
    offset === undefined ? null : new Date(from + offset).toISOString();
  return {
    id,
    name,
    status,
    runs: runs.length + inParts.slots - inParts.missed,
    failed: runsOf("failed") + inParts.failed,
    missed: slotsOf("missed") + inParts.missed,
    late: slotsOf("late"),
    overlong: runsOf("overlong"),
    lost: runsOf("lost"),
    running: runsOf("running"),
    firstAt: at(times.toSorted((one, other) => one - other)[0]),
    lastAt: at(times.toSorted((one, other) => other - one)[0]),
    exitStatuses: [
      ...new Set(runs.flatMap(([, , , exitStatus]) => ((exitStatus ?? 0) === 0 ? [] : [exitStatus ?? 0]))),
    ].slice(0, 5),
  };
}

/** For the order of the checks: one that failed or missed comes before all that were only overlong, lost or late. */
function badness({ failed, missed, overlong, lost, late }: CheckRow): number {
  return (failed + missed) * 100 + (overlong + lost) * 10 + late;
}

function sum(rows: readonly CheckRow[], name: keyof Counts): number {
  return rows.reduce((total, row) => total + row[name], 0);
}

function whatRanText(answer: z.output<typeof WhatRan>): string {
  const { timezone, totals, items, outages } = answer;
  const when = (at: string | null) => (at === null ? "now" : instantIn(Date.parse(at), timezone));
  const bad = items.filter((row) => badness(row) > 0);
  const well = items.filter((row) => badness(row) === 0);
  const problems = COUNTS.filter((name) => name !== "runs").map((name) => `${totals[name]} ${name}`);
  return [
    `From ${when(answer.from)} to ${when(answer.until)}: ${answer.active} of ${countText(answer.checks, "check")} ran or were due. ${countText(totals.runs, "run")}: ${problems.join(", ")}.`,
    ...outages.map(
      ({ from, until }) => `Overdue itself received no pings from ${when(from)} to ${when(until)}.`,
    ),
    ...(bad.length === 0
      ? ["Nothing went wrong."]
      : ["Not as it should be:", ...bad.map((row) => `- ${rowText(row, when)}`)]),
    ...(well.length === 0
      ? []
      : [
          `All well: ${well
            .slice(0, WELL_NAMED_MAX)
            .map(({ name, runs }) => `${quoteName(name)} ×${runs}`)
            .join(", ")}${well.length > WELL_NAMED_MAX ? " …" : ""}`,
        ]),
    ...(answer.left > 0
      ? [`${countText(answer.left, "more check")} not listed: set onlyProblems, or a shorter span.`]
      : []),
    ...(answer.next === null ? [] : [`There are further checks: pass cursor "${answer.next}".`]),
  ].join("\n");
}

function rowText(row: CheckRow, when: (at: string | null) => string): string {
  const counts = COUNTS.filter((name) => row[name] > 0).map((name) =>
    name === "runs" ? countText(row.runs, "run") : `${row[name]} ${name}`,
  );
  const exits = row.exitStatuses.length === 0 ? "" : `; exit status ${row.exitStatuses.join(", ")}`;
  const last = row.lastAt === null ? "" : `; last at ${when(row.lastAt)}`;
  return `${quoteName(row.name)}: ${counts.join(", ")}${exits}${last}; now ${row.status}; ${row.id}`;
}
