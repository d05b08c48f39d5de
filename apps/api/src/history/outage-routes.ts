import { listOutages, schema } from "@overdue/db";
import { z } from "zod";

import { READ } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { PageQuery, toPage, pageSchema, readCursor } from "../http/page.ts";
import { InProject, iso, isoOrNull, Timestamp } from "../http/schemas.ts";
import { createRouter, json, route } from "../http/route.ts";

const OutageView = z
  .object({
    startedAt: Timestamp,
    endedAt: Timestamp.nullable().meta({ description: "Null while it lasts." }),
    cause: z.enum(schema.outageCause.enumValues).nullable().meta({
      description:
        "restart: no api process ran. busy: it was computing. paused: the machine gave it no processor time. database: it could not store anything. clock-set-back: the clock of the database was set back. Null: not known.",
    }),
    setBackMs: z.int().nullable().meta({
      description:
        "By how much the clock was set back, in milliseconds: then the span has no length, and every check waits anew from it on. Null for any other outage.",
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
        "Spans in which no ping could be received, and why. A deadline in one of them is put off, never dropped.",
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
  const read = readCursor(cursor, z.iso.datetime());
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
