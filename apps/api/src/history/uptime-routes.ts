import { baselineOfDurations, ownValue, slotUptime, usualMetric } from "@overdue/core";
import {
  countSlots,
  findCheck,
  listDurations,
  listMetrics,
  listOutages,
  schema,
  countSlotsByDay,
} from "@overdue/db";
import { DAY_MS, TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { READ } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import {
  InstantInput,
  InProject,
  iso,
  isoOrNull,
  OfCheck,
  PageQuery,
  pageSchema,
  readCursor,
  Timestamp,
  toPage,
} from "../http/schemas.ts";
import { requireCheck } from "./views.ts";

const SPAN_DAYS = [1, 7, 30, 90];
const DAYS_LISTED = 90;
const Count = z.int();

const UptimeView = z
  .object({
    spans: z.array(
      z.object({
        days: z.int().meta({ description: "The last 1, 7, 30 and 90 days." }),
        uptime: z.number().nullable().meta({
          description: "Share of the slots that were met, from 0 to 1; null if none was due.",
        }),
        onTime: Count,
        late: Count,
        failed: Count,
        missed: Count,
        maintenance: Count.meta({ description: "Not counted: in a maintenance window." }),
        outage: Count.meta({ description: "Not counted: Overdue itself could not receive pings." }),
      }),
    ),
    days: z.array(
      z.object({
        day: z.iso.date(),
        onTime: Count,
        late: Count,
        failed: Count,
        missed: Count,
        overlong: Count.meta({ description: "Slots whose run took too long, whatever their outcome." }),
        excluded: Count,
        meanMs: z.number().nullable().meta({ description: "How long its runs took on average." }),
      }),
    ),
  })
  .meta({ id: "Uptime" });

export const uptimeRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/uptime",
    summary: "Read the uptime of a check",
    description: `Counted from its slots. \`days\` lists the last ${DAYS_LISTED} days of \`timezone\`, without days that have no slots.`,
    tags: ["History"],
    request: { params: OfCheck, query: z.object({ timezone: TimezoneInput.default("UTC") }) },
    responses: { 200: json(UptimeView, "Its uptime.") },
  }),
  async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { pool } = c.var.deps.longReads;
    const now = c.var.deps.now();
    const { timezone } = c.req.valid("query");
    const [spans, days] = await Promise.all([
      countSlots(pool, ref, { now, days: SPAN_DAYS }),
      countSlotsByDay(pool, ref, { from: now - DAYS_LISTED * DAY_MS, timezone }),
    ]);
    return c.json({ spans: spans.map((span) => ({ ...span, uptime: slotUptime(span) })), days }, 200);
  },
);

const RUNS_READ_MAX = 500;

const DurationsView = z
  .object({
    usual: z
      .object({ medianMs: z.number(), tooQuickMs: z.number(), overlongMs: z.number(), runs: z.int() })
      .nullable()
      .meta({
        description:
          "The baseline from the last good runs (`runs` of them), and the durations beyond which a run is an outlier; null while there are too few runs.",
      }),
    items: z.array(
      z.object({
        at: Timestamp.meta({ description: "When it began." }),
        durationMs: z.number(),
        outcome: z.enum(["success", "fail"]),
        overlong: z.boolean(),
        exitStatus: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: "Durations" });

export const durationRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/durations",
    summary: "Read how long the runs of a check took",
    description: `Those of its last ${RUNS_READ_MAX} runs whose start and end are known.`,
    tags: ["History"],
    request: { params: OfCheck },
    responses: { 200: json(DurationsView, "Runs, oldest first, and their baseline.") },
  }),
  async (c) => {
    const ref = c.req.valid("param");
    const { db, pool } = c.var.deps;
    const row = await findCheck(db, ref);
    if (row === null) throw ApiError.notFound("check");
    const baseline = baselineOfDurations(row.memory.durations);
    const runs = await listDurations(pool, ref, RUNS_READ_MAX);
    return c.json(
      {
        usual: baseline && {
          medianMs: baseline.medianMs,
          tooQuickMs: baseline.tooQuickMs,
          overlongMs: baseline.overlongMs,
          runs: baseline.samples,
        },
        items: runs.map((run) => ({ ...run, at: iso(run.at) })),
      },
      200,
    );
  },
);

const OutageView = z
  .object({
    startedAt: Timestamp,
    endedAt: Timestamp.nullable().meta({ description: "Null while it lasts." }),
    cause: z.enum(schema.outageCause.enumValues).nullable().meta({
      description:
        "restart: no api process ran. busy: it was computing. paused: the machine gave it no processor time. database: it could not store anything. clock-set-back: the clock of the database was set back. receiver-gone: a machine that receives pings is gone, with those that it may have kept. Null: not known.",
    }),
    setBackMs: z.int().nullable().meta({
      description:
        "By how many milliseconds the clock was set back. Such an outage starts and ends at the same instant, and every check's deadlines are counted anew from there. Null for any other outage.",
    }),
  })
  .meta({
    id: "Outage",
    description:
      "A span in which Overdue itself could not receive pings. A deadline that touches it moves to its end plus the grace, and is evaluated then.",
  });

const listed = { 200: json(pageSchema(OutageView), "Outages, newest first.") };

/** Spans in which Overdue itself could not receive pings, so that no deadline was evaluated. */
export const outageRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/outages",
      summary: "List outages of Overdue itself",
      description:
        "Spans in which no ping could be received, and why. A deadline in one of them is postponed, never dropped.",
      tags: ["History"],
      request: { params: InProject, query: PageQuery },
      responses: listed,
    }),
    async (c) => c.json(await pageOfOutages(c, c.req.valid("query")), 200),
  )
  .openapi(
    route(
      { auth: "signed-in", key: "read" },
      {
        method: "get",
        path: "/v1/outages",
        summary: "List spans in which Overdue could not receive pings",
        tags: ["History"],
        request: { query: PageQuery },
        responses: listed,
      },
    ),
    async (c) => c.json(await pageOfOutages(c, c.req.valid("query")), 200),
  );

async function pageOfOutages(c: AppContext, { limit, cursor }: z.output<typeof PageQuery>) {
  const read = readCursor(cursor, InstantInput);
  const before = read === null ? null : new Date(read);
  const rows = await listOutages(c.var.deps.db, { limit: limit + 1, before });
  const page = toPage(rows, limit, (last) => iso(last.startedAt));
  const items = page.items.map((row) => ({
    startedAt: iso(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
    cause: row.cause,
    setBackMs: row.setBackMs,
  }));
  return { ...page, items };
}

const METRIC_RUNS_MAX = 500;

const MetricHistoryView = z
  .object({
    metric: z.string(),
    usual: z
      .object({ median: z.number(), low: z.number(), high: z.number(), runs: z.int() })
      .nullable()
      .meta({
        description:
          "What the last good runs (`runs` of them) make usual; null where no limit compares it, or there are too few.",
      }),
    items: z.array(
      z.object({
        at: Timestamp.meta({ description: "When the run ended." }),
        value: z.number(),
        outcome: z.enum(["running", "success", "fail", "lost"]),
      }),
    ),
  })
  .meta({ id: "MetricHistory" });

export const metricHistoryRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/metrics",
    summary: "Read the numbers that the runs of a check reported",
    description: `Those of the last ${METRIC_RUNS_MAX} runs that reported any. The metrics of its limits come first, the others by name.`,
    tags: ["History"],
    request: { params: OfCheck },
    responses: { 200: json(pageSchema(MetricHistoryView), "Each metric, with its values, oldest first.") },
  }),
  async (c) => {
    const ref = c.req.valid("param");
    const { db, pool } = c.var.deps;
    const row = await findCheck(db, ref);
    if (row === null) throw ApiError.notFound("check");
    const runs = await listMetrics(pool, ref, METRIC_RUNS_MAX);
    const limited = row.metricLimits.map(({ metric }) => metric);
    const others = new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)));
    const names = new Set([...limited, ...[...others].toSorted()]);
    const items = [...names].map((metric) => ({
      metric,
      usual: usualMetric(ownValue(row.memory.usualMetrics ?? {}, metric) ?? []),
      items: runs.flatMap(({ at, outcome, metrics }) => {
        const value = ownValue(metrics, metric);
        return value === undefined ? [] : [{ at: iso(at), value, outcome }];
      }),
    }));
    return c.json({ items, next: null }, 200);
  },
);
