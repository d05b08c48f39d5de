import { CheckSettingsInput, examineSchedule, exitEvidence, explainExit, type Finding } from "@overdue/core";
import {
  checkSettings,
  type ExportRow,
  exportRows,
  EXPORTS,
  findCheck,
  findRunFacts,
  findRunOutputs,
  listFlips,
  listIncidents,
  listNotices,
  listRuns,
  listSlots,
  listRunsSinceEdit,
} from "@overdue/db";
import { z } from "zod";
import { READ, READ_DETAILS } from "../http/access.ts";
import { canSeeDetails } from "../http/context.ts";
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
  pickFields,
  readCursor,
  Timestamp,
  toPage,
} from "../http/schemas.ts";
import {
  eventPosition,
  evidenceView,
  FlipView,
  IncidentView,
  NoticeView,
  requireCheck,
  RunView,
  SlotRun,
  SlotView,
} from "./views.ts";

const tags = ["History"];

export const historyRoutes = createRouter()
  .openapi(historyList("runs", RunView, { summary: "List runs" }), async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { limit, cursor } = c.req.valid("query");
    const rows = await listRuns(c.var.deps.db, ref, { limit: limit + 1, after: eventPosition(cursor) });
    const page = toPage(rows, limit, (last) => [iso(last.heardAt), last.id]);
    const ends = page.items.flatMap(({ endedAt }) => endedAt ?? []);
    const outputs = await findRunOutputs(c.var.deps.pool, ref, ends);
    const rids = page.items.flatMap(({ rid }) => rid ?? []);
    const factsByRid = await findRunFacts(c.var.deps.pool, ref, rids);
    const items = page.items.map((run) =>
      pickFields(RunView, {
        ...run,
        outputPing: (run.endedAt && outputs.get(run.endedAt.getTime())) ?? null,
        host: canSeeDetails(c.var) ? run.host : null,
        startedAt: isoOrNull(run.startedAt),
        endedAt: isoOrNull(run.endedAt),
        exitMeaning: explainExit(run.exitStatus, exitEvidence(factsByRid.get(run.rid ?? "")?.facts)),
        facts: (canSeeDetails(c.var) && factsByRid.get(run.rid ?? "")?.facts) || null,
        lateMs: factsByRid.get(run.rid ?? "")?.lateMs ?? null,
      }),
    );
    return c.json({ ...page, items }, 200);
  })
  .openapi(
    historyList("slots", SlotView, {
      summary: "List slots",
      description: "The expected occurrences of the schedule, with their outcomes.",
    }),
    async (c) => {
      const ref = await requireCheck(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const before = readCursor(cursor, InstantInput);
      const at = before === null ? null : new Date(before);
      const rows = await listSlots(c.var.deps.db, ref, { limit: limit + 1, before: at });
      const page = toPage(rows, limit, (last) => iso(last.dueAt));
      const rids = page.items.flatMap(({ run }) => run?.rid ?? []);
      const factsByRid = await findRunFacts(c.var.deps.pool, ref, rids);
      const items = page.items.map((slot) =>
        pickFields(SlotView, {
          ...slot,
          dueAt: iso(slot.dueAt),
          decidedAt: iso(slot.decidedAt),
          run:
            slot.run &&
            pickFields(SlotRun, {
              ...slot.run,
              startedAt: isoOrNull(slot.run.startedAt),
              endedAt: isoOrNull(slot.run.endedAt),
              exitMeaning: explainExit(
                slot.run.exitStatus,
                exitEvidence(factsByRid.get(slot.run.rid ?? "")?.facts),
              ),
            }),
        }),
      );
      return c.json({ ...page, items }, 200);
    },
  )
  .openapi(historyList("flips", FlipView, { summary: "List changes of status" }), async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { limit, cursor } = c.req.valid("query");
    const rows = await listFlips(c.var.deps.db, ref, { limit: limit + 1, after: eventPosition(cursor) });
    const page = toPage(rows, limit, (last) => [iso(last.at), last.id]);
    const items = page.items.map((flip) =>
      pickFields(FlipView, { ...flip, at: iso(flip.at), detectedAt: iso(flip.detectedAt) }),
    );
    return c.json({ ...page, items }, 200);
  })
  .openapi(historyList("incidents", IncidentView, { summary: "List incidents" }), async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { limit, cursor } = c.req.valid("query");
    const rows = await listIncidents(c.var.deps.db, ref, {
      limit: limit + 1,
      after: eventPosition(cursor),
    });
    const page = toPage(rows, limit, (last) => [iso(last.openedAt), last.id]);
    const items = page.items.map((incident) =>
      pickFields(IncidentView, {
        ...incident,
        openedAt: iso(incident.openedAt),
        resolvedAt: isoOrNull(incident.resolvedAt),
        evidence: evidenceView(incident.evidence),
      }),
    );
    return c.json({ ...page, items }, 200);
  });

const FindingView = z
  .object({
    kind: z.enum([
      "wrong-time-zone",
      "clock-change",
      "other-scheduler",
      "wrong-period",
      "late-by-run-time",
      "several-per-slot",
      "odd-line",
    ]),
    sentence: z.string(),
    evidence: z.object({
      seen: z.int(),
      agreeing: z.int(),
      offsetMs: z.number().nullable(),
      from: Timestamp,
      until: Timestamp,
    }),
    edit: CheckSettingsInput.partial()
      .nullable()
      .meta({ description: "The edit that would make them agree." }),
  })
  .meta({ id: "Finding" });

export const noticeRoutes = createRouter()
  .openapi(historyList("notices", NoticeView, { summary: "List notices" }), async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { limit, cursor } = c.req.valid("query");
    const rows = await listNotices(c.var.deps.db, ref, { limit: limit + 1, after: eventPosition(cursor) });
    const page = toPage(rows, limit, (last) => [iso(last.at), last.id]);
    const items = page.items.map((row) =>
      pickFields(NoticeView, { ...row, at: iso(row.at), evidence: evidenceView(row.evidence) }),
    );
    return c.json({ ...page, items }, 200);
  })
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/findings",
      summary: "Compare a check's runs with its schedule",
      description: "Known kinds of disagreement, each with the edit that would make them agree.",
      tags,
      request: { params: OfCheck },
      responses: {
        200: json(pageSchema(FindingView), "Findings; none if all agrees or there are too few runs."),
      },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const row = await findCheck(db, ref);
      if (row === null) throw ApiError.notFound("check");
      const findings = examineSchedule(checkSettings(row), await listRunsSinceEdit(db, ref));
      return c.json({ items: findings.map(findingView), next: null }, 200);
    },
  );

function findingView({ evidence, ...finding }: Finding) {
  const { from, until } = evidence;
  return {
    ...finding,
    evidence: { ...evidence, from: iso(from), until: iso(until) },
  };
}

function historyList<Name extends string, Item extends z.ZodType>(
  name: Name,
  item: Item,
  text: { summary: string; description?: string },
) {
  return route(READ, {
    ...text,
    method: "get",
    path: `/v1/projects/{projectId}/checks/{checkId}/${name}` as const,
    tags,
    request: { params: OfCheck, query: PageQuery },
    responses: { 200: json(pageSchema(item), "Newest first.") },
  });
}

const EXPORT_ROWS_MAX = 50_000;

const Query = z.object({
  rows: z.enum(EXPORTS).meta({ description: "What is exported." }),
  from: InstantInput,
  until: InstantInput,
  checkId: z.uuid().optional().meta({ description: "Only of this check." }),
  format: z.enum(["csv", "json"]).default("csv"),
});

const Rows = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])));

/** Exports runs, slots and incidents as a table. */
export const exportRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/export",
    summary: "Export runs, slots or incidents",
    description: `Those of a span of time, as CSV or JSON, at most ${EXPORT_ROWS_MAX.toLocaleString("en")} rows. Times are UTC.`,
    tags: ["History"],
    request: { params: InProject, query: Query },
    responses: {
      200: {
        description: "The rows, ordered by check and time.",
        content: { "text/csv": { schema: z.string() }, "application/json": { schema: Rows } },
      },
    },
  }),
  async (c) => {
    const { rows: kind, from, until, checkId = null, format } = c.req.valid("query");
    const { projectId } = c.req.valid("param");
    const span = { from: Date.parse(from), until: Date.parse(until) };
    const rows = await exportRows(
      c.var.deps.longReads.pool,
      { projectId, kind, checkId, ...span },
      EXPORT_ROWS_MAX + 1,
    );
    if (rows.length > EXPORT_ROWS_MAX)
      throw ApiError.invalid(
        "until",
        `Choose a shorter span, or a single check: this one has more than ${EXPORT_ROWS_MAX.toLocaleString("en")} rows.`,
      );
    c.header("content-disposition", `attachment; filename="${kind}-${from.slice(0, 10)}.${format}"`);
    if (format === "json") return c.json(rows, 200);
    return c.body(csv(rows), 200, { "content-type": "text/csv; charset=utf-8" });
  },
);

/** Rows as CSV (RFC 4180), with the names of the columns in the first line; empty if there are no rows. */
export function csv(rows: readonly ExportRow[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: ExportRow[string]): string {
  if (value === null) return "";
  // A spreadsheet would evaluate text that begins like a formula, and a job chooses its own host name.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
