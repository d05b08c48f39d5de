import { auditEntryView, type EventPosition, listAuditEntries, schema } from "@overdue/db";
import { z } from "zod";

import { eventPosition } from "../history/views.ts";
import { ADMIN } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InstantInput, InProject, iso, PageQuery, pageSchema, Timestamp, toPage } from "../http/schemas.ts";

const AuditEntryView = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    actor: z
      .object({
        kind: z.enum(schema.auditActor.enumValues).meta({
          description:
            "user and key: the API; link: a signed link in an alert; slack and telegram: a button there; operator: a command on the server; system: Overdue by itself.",
        }),
        id: z.string().meta({ description: "The id of a user or a key; else empty." }),
        name: z.string().meta({
          description: "The person's e-mail address or the key's name, as it was then.",
        }),
      })
      .meta({ description: "Who did it." }),
    address: z.string().nullable().meta({ description: "The address from which the request came." }),
    via: z.enum(["mcp"]).nullable().meta({
      description: "mcp: a tool of the MCP server did it with that key; null: it came in any other way.",
    }),
    action: z.string().meta({ description: "Noun and verb.", example: "check.edit" }),
    object: z
      .object({ id: z.string(), name: z.string().meta({ description: "Empty if it has none." }) })
      .meta({ description: "The object that was changed." }),
    fields: z.array(z.string()).meta({ description: "Names of the fields that were sent." }),
    changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })).meta({
      description:
        "The value of each field before and after; null before it was made. In place of a secret stands •••.",
    }),
  })
  .meta({ id: "AuditEntry", description: "Written once; neither changed nor deleted for 400 days." });

const ListQuery = PageQuery.extend({
  objectId: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Only changes of the check, channel … with this id." }),
  noun: z
    .string()
    .max(50)
    .optional()
    .meta({ description: "Only changes of checks, channels …", example: "check" }),
  text: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Only entries in which the name of the actor or of the object contains this." }),
});

const EXPORT_ROWS_MAX = 50_000;
const PAGE_ROWS = 1_000;

const ExportQuery = z.object({
  from: InstantInput.optional().meta({ description: "Only entries since then." }),
  until: InstantInput.optional().meta({ description: "Only entries before then." }),
});

export const auditExportRoutes = createRouter().openapi(
  route(ADMIN, {
    method: "get",
    path: "/v1/projects/{projectId}/audit/export",
    summary: "Export audit entries",
    description: `Entries as JSON lines, one on each, newest first; at most ${EXPORT_ROWS_MAX.toLocaleString("en")}.`,
    tags: ["Audit"],
    request: { params: InProject, query: ExportQuery },
    responses: {
      200: { description: "The entries.", content: { "application/x-ndjson": { schema: z.string() } } },
    },
  }),
  async (c) => {
    const { from, until } = c.req.valid("query");
    const { projectId } = c.req.valid("param");
    const lines: string[] = [];
    // An entry at `until` itself is left out: no id is smaller than this one.
    let after: EventPosition | null = until === undefined ? null : { at: new Date(until), id: SMALLEST_ID };
    for (;;) {
      const { db } = c.var.deps.longReads;
      const rows = await listAuditEntries(db, { projectId }, { limit: PAGE_ROWS, after });
      const within = rows.filter(({ at }) => from === undefined || at.getTime() >= Date.parse(from));
      lines.push(...within.map((row) => `${JSON.stringify(auditEntryView(row))}\n`));
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS || within.length < rows.length) break;
      if (lines.length > EXPORT_ROWS_MAX)
        throw ApiError.invalid(
          "from",
          `Choose a shorter span: this one has more than ${EXPORT_ROWS_MAX.toLocaleString("en")} entries.`,
        );
      after = { at: last.at, id: last.id };
    }
    c.header("content-disposition", 'attachment; filename="audit.jsonl"');
    // The framework's types know no other text than `text/…`.
    return c.body(lines.join(""), 200, { "content-type": "application/x-ndjson" }) as never;
  },
);

const SMALLEST_ID = "00000000-0000-0000-0000-000000000000";

export const auditRoutes = createRouter().openapi(
  route(ADMIN, {
    method: "get",
    path: "/v1/projects/{projectId}/audit",
    summary: "List audit entries",
    description: "Who changed what in the project, when and from where.",
    tags: ["Audit"],
    request: { params: InProject, query: ListQuery },
    responses: { 200: json(pageSchema(AuditEntryView), "Entries, newest first.") },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const { limit, cursor, objectId, noun, text } = c.req.valid("query");
    const filter = {
      projectId,
      ...(objectId !== undefined && { objectId }),
      ...(noun !== undefined && { noun }),
      ...(text !== undefined && { text }),
    };
    const rows = await listAuditEntries(c.var.deps.db, filter, {
      limit: limit + 1,
      after: eventPosition(cursor),
    });
    const page = toPage(rows, limit, (last) => [iso(last.at), last.id]);
    return c.json({ ...page, items: page.items.map(auditEntryView) }, 200);
  },
);
