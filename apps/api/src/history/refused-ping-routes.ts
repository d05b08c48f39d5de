import { listRefusedPings, REFUSAL_REASONS, type RefusedPingRow } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { PageQuery, pageFrom, pageOf } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/time.ts";
import { position } from "./reading.ts";

const RefusedPingView = z
  .object({
    id: z.uuid(),
    checkId: z.uuid().nullable().meta({ description: "The check that it was for, where it names one." }),
    reason: z.enum(REFUSAL_REASONS).meta({
      description:
        "Why it did not count. `link-preview`, `method`, `no-keyword` and `paused` were answered with OK, as Healthchecks does; `too-many` stands for further ones of the same minute that are not listed singly; all others were answered with an error.",
    }),
    asked: z.string().meta({
      description: "What stood in the URL behind the ping key or the UUID.",
      example: "/Nightly?create=1",
    }),
    count: z.int().meta({ description: "How many pings said the same." }),
    firstAt: Timestamp,
    lastAt: Timestamp,
    method: z.string().meta({ description: "Of the last one, as are the address and the user agent." }),
    remoteAddress: z.string().nullable(),
    userAgent: z.string(),
  })
  .meta({ id: "RefusedPing" });

const Query = PageQuery.extend({
  checkId: z.uuid().optional().meta({ description: "Those of one check alone." }),
});

export const refusedPingRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/refused-pings",
    summary: "List pings that did not count",
    description:
      "Pings that named the project's ping key or one of its checks and did not count, with the reason. The newest 200 different ones of a project are kept, for 90 days.",
    tags: ["History"],
    request: { params: InProject, query: Query },
    responses: { 200: json(pageOf(RefusedPingView), "Refused pings, those that came last first.") },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const { limit, cursor, checkId } = c.req.valid("query");
    const asked = { limit: limit + 1, after: position(cursor) };
    const rows = await listRefusedPings(c.var.deps.db, { projectId, checkId }, asked);
    const page = pageFrom(rows, limit, (last) => [iso(last.lastAt), last.id]);
    return c.json({ ...page, items: page.items.map(refusedPingView) }, 200);
  },
);

function refusedPingView(row: RefusedPingRow): z.infer<typeof RefusedPingView> {
  const { id, checkId, asked, count, method, remoteAddress, userAgent } = row;
  return {
    id,
    checkId,
    asked,
    count,
    method,
    remoteAddress,
    userAgent,
    reason: REFUSAL_REASONS.find((reason) => reason === row.reason) ?? "malformed-request",
    firstAt: iso(row.firstAt),
    lastAt: iso(row.lastAt),
  };
}
