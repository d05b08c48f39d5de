import { findPingBody, hasCheck, listPings, pingBodyText, type PingRow } from "@overdue/db";
import { z } from "zod";

import { READ, READ_DETAILS } from "../http/access.ts";
import { seesDetails } from "../http/context.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { OfCheck } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/time.ts";

const PingView = z
  .object({
    number: z.int(),
    id: z.uuid(),
    kind: z.enum(["start", "success", "fail", "log", "ignored"]),
    note: z.string().nullable().meta({ description: "Why it counts for something else than what was sent." }),
    receivedAt: Timestamp,
    rid: z.string().nullable(),
    exitStatus: z.int().nullable(),
    scheme: z.string(),
    method: z.string(),
    remoteAddress: z.string().nullable().meta({ description: "Null for a read-only key." }),
    userAgent: z.string().meta({ description: "Empty for a read-only key." }),
    bodyBytes: z.int().meta({ description: "Length as it was sent." }),
    bodyCut: z.boolean().meta({ description: "Something of it was left out." }),
    bodyBytesLeftOut: z.int().meta({
      description:
        "How much: the first and the last PING_BODY_LIMIT bytes are kept, and nothing is left out of a body of up to twice that.",
    }),
    repeats: z.int().meta({
      description:
        "How many pings before it, that said the same in its minute, it stands for, too: past 60 a minute they share a row.",
    }),
  })
  .meta({ id: "Ping" });

const OfPing = OfCheck.extend({ number: z.coerce.number().int().min(1) });
const tags = ["History"];

export const pingHistoryRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/pings",
      summary: "List pings",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(PingView), "Pings, newest first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { limit, cursor } = c.req.valid("query");
      if (!(await hasCheck(c.var.deps.db, ref))) throw ApiError.notFound("check");
      const before = readCursor(cursor, z.int());
      const page = pageFrom(
        await listPings(c.var.deps.db, ref, { limit: limit + 1, before }),
        limit,
        (p) => p.number,
      );
      const items = page.items.map(pingView);
      return c.json({ ...page, items: seesDetails(c.var) ? items : items.map(withoutSender) }, 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/pings/{number}/body",
      summary: "Read what a ping brought",
      tags,
      request: { params: OfPing },
      responses: {
        200: {
          description:
            "The body as it was sent. Where something was left out of a long one, a line of its own says so: `[… 24,000 bytes were left out here …]`.",
          content: { "text/plain": { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const body = (await hasCheck(db, ref)) ? await findPingBody(db, ref) : null;
      if (body === null) throw ApiError.notFound("ping with a body");
      // What a job sent is hostile: never shown as a page, whatever it claims to be.
      c.header("content-disposition", `attachment; filename="ping-${ref.number}.txt"`);
      return c.text(pingBodyText(body), 200);
    },
  );

/** As a read-only key gets it. */
function withoutSender(ping: z.infer<typeof PingView>): z.infer<typeof PingView> {
  return { ...ping, remoteAddress: null, userAgent: "" };
}

function pingView({ keptBytes, ...row }: PingRow): z.infer<typeof PingView> {
  const bodyBytesLeftOut = Math.max(0, row.bodyBytes - keptBytes);
  return { ...row, receivedAt: iso(row.receivedAt), bodyCut: bodyBytesLeftOut > 0, bodyBytesLeftOut };
}
