import { type ExportRow, exportRows, EXPORTS } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";

const MOST_ROWS = 50_000;

const Query = z.object({
  rows: z.enum(EXPORTS).meta({ description: "What is exported." }),
  from: z.iso.datetime({ offset: true }),
  until: z.iso.datetime({ offset: true }),
  checkId: z.uuid().optional().meta({ description: "Only of this check." }),
  format: z.enum(["csv", "json"]).default("csv"),
});

const Rows = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])));

/** Runs, slots and incidents as a table to take along. */
export const exportRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/export",
    summary: "Export runs, slots or incidents",
    description: `Of a span of time, as CSV or JSON, at most ${MOST_ROWS.toLocaleString("en")} rows. Times are UTC.`,
    tags: ["History"],
    request: { params: InProject, query: Query },
    responses: {
      200: {
        description: "The rows, check by check and in the order of time.",
        content: { "text/csv": { schema: z.string() }, "application/json": { schema: Rows } },
      },
    },
  }),
  async (c) => {
    const { rows: kind, from, until, checkId = null, format } = c.req.valid("query");
    const { projectId } = c.req.valid("param");
    const span = { from: Date.parse(from), until: Date.parse(until) };
    const rows = await exportRows(c.var.deps.pool, { projectId, kind, checkId, ...span }, MOST_ROWS + 1);
    if (rows.length > MOST_ROWS)
      throw ApiError.invalid(
        "until",
        `Take a shorter span, or one check: this one holds more than ${MOST_ROWS.toLocaleString("en")} rows.`,
      );
    c.header("content-disposition", `attachment; filename="${kind}-${from.slice(0, 10)}.${format}"`);
    if (format === "json") return c.json(rows, 200);
    return c.body(csv(rows), 200, { "content-type": "text/csv; charset=utf-8" });
  },
);

/** Rows as RFC 4180 has them, with the names of the columns in the first line; empty where there is no row. */
export function csv(rows: readonly ExportRow[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: ExportRow[string]): string {
  if (value === null) return "";
  // A spreadsheet would calculate what begins like a formula, and a job chooses its own host name.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
