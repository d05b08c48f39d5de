import {
  findPingBody,
  findPingFacts,
  hasCheck,
  listPings,
  listRefusedPings,
  pingBodyText,
  type PingFacts,
  type PingRow,
  REFUSAL_REASONS,
  type RefusedPingRow,
} from "@overdue/db";
import { z } from "zod";

import { READ, READ_DETAILS } from "../http/access.ts";
import { canSeeDetails } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import {
  InProject,
  iso,
  OfCheck,
  PageQuery,
  pageSchema,
  readCursor,
  Timestamp,
  toPage,
  AliasSchema,
} from "../http/schemas.ts";
import { textOfMail } from "../pings/email/message.ts";
import { eventPosition, MetricsView, REPORTED_FACTS } from "./views.ts";

const PingView = z
  .object({
    number: z.int(),
    id: z.uuid(),
    kind: z.enum(["start", "success", "fail", "log", "ignored"]),
    note: z.string().nullable().meta({
      description: "Why it counts as something other than what was sent, or is stored without its body.",
    }),
    receivedAt: Timestamp.meta({
      description: "When it was received; for one that came late, when it happened.",
    }),
    ...REPORTED_FACTS,
    rid: z.string().nullable(),
    exitStatus: z.int().nullable(),
    scheme: z.string(),
    method: z.string(),
    remoteAddress: z.string().nullable().meta({ description: "Null for a read-only key." }),
    userAgent: z.string().meta({ description: "Empty for a read-only key." }),
    subject: z
      .string()
      .nullable()
      .meta({ description: "The subject of a mail. Null for other pings, and for a read-only key." }),
    bodyBytes: z.int().meta({ description: "The length of the body as it was sent." }),
    bodyCut: z.boolean().meta({ description: "Whether part of the body was left out." }),
    bodyBytesLeftOut: z.int().meta({
      description:
        "How many bytes were left out: the first and the last PING_BODY_LIMIT bytes are stored, so a body of up to twice that is stored whole.",
    }),
    repeats: z.int().meta({
      description:
        "How many earlier pings of its minute, which said the same, it stands for: beyond 60 a minute they share a row.",
    }),
    metrics: z
      .object({
        values: MetricsView,
        problems: z.array(z.object({ metric: z.string(), problem: z.string() })).meta({
          description: "What could not be read, and why. The ping counts all the same.",
        }),
      })
      .nullable()
      .meta({ description: "The numbers that it reported; null for none." }),
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
      responses: { 200: json(pageSchema(PingView), "Pings, newest first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { limit, cursor } = c.req.valid("query");
      if (!(await hasCheck(c.var.deps.db, ref))) throw ApiError.notFound("check");
      const before = readCursor(cursor, z.int());
      const page = toPage(
        await listPings(c.var.deps.db, ref, { limit: limit + 1, before }),
        limit,
        (p) => p.number,
      );
      const ids = page.items.map(({ id }) => id);
      const factsById = await findPingFacts(c.var.deps.pool, ref, ids);
      const items = await Promise.all(page.items.map((ping) => pingView(ping, factsById.get(ping.id))));
      return c.json({ ...page, items: canSeeDetails(c.var) ? items : items.map(withoutSender) }, 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/pings/{number}/body",
      summary: "Read the body of a ping",
      tags,
      request: { params: OfPing },
      responses: {
        200: {
          description:
            "The body as it was sent. If part of a long body was left out, a line says so: `[… 24,000 bytes were left out here …]`.",
          content: { "text/plain": { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const body = (await hasCheck(db, ref)) ? await findPingBody(db, ref) : null;
      if (body === null) throw ApiError.notFound("ping with a body");
      // A body may be hostile: it is never shown as a page, whatever it claims to be.
      c.header("content-disposition", `attachment; filename="ping-${ref.number}.txt"`);
      return c.text(pingBodyText(body), 200);
    },
  );

/** A ping as a read-only key gets it. */
function withoutSender(ping: z.infer<typeof PingView>): z.infer<typeof PingView> {
  return { ...ping, remoteAddress: null, userAgent: "", subject: null, facts: null };
}

async function pingView(
  { keptBytes, mailHead, metrics, ...row }: PingRow,
  reported: PingFacts | undefined,
): Promise<z.infer<typeof PingView>> {
  const bodyBytesLeftOut = Math.max(0, row.bodyBytes - keptBytes);
  return {
    ...row,
    receivedAt: iso(row.receivedAt),
    metrics: metrics && { ...metrics, problems: [...metrics.problems] },
    facts: reported?.facts ?? null,
    lateMs: reported?.lateMs ?? null,
    subject: mailHead === null ? null : (await textOfMail({ source: mailHead, wantsBody: false })).subject,
    bodyCut: bodyBytesLeftOut > 0,
    bodyBytesLeftOut,
  };
}

const RefusedPingView = z
  .object({
    id: z.uuid(),
    checkId: z.uuid().nullable().meta({ description: "The check that it was for, if it names one." }),
    reason: z.enum(REFUSAL_REASONS).meta({
      description:
        "Why it did not count. `link-preview`, `too-old`, `method`, `no-keyword` and `paused` were answered with OK, as in Healthchecks; `too-many` stands for further pings of the same minute that are not listed individually; all others were answered with an error.",
    }),
    asked: z.string().meta({
      description: "The part of the URL after the ping key or the UUID.",
      example: "/Nightly?create=1",
    }),
    missingSlug: z.string().nullable().meta({
      description:
        "The slug that it named, where no check has that now: create the check, and its pings count.",
    }),
    missingToken: AliasSchema.nullable().meta({
      description:
        "The token of another product that it named, where no check has that now: give a check this alias, and its pings count. Listed where the instance has one project alone.",
    }),
    count: z.int().meta({ description: "How many pings said the same." }),
    firstAt: Timestamp,
    lastAt: Timestamp,
    method: z.string().meta({ description: "Method, address and user agent are those of the last ping." }),
    remoteAddress: z.string().nullable(),
    userAgent: z.string(),
  })
  .meta({ id: "RefusedPing" });

const RefusedPingQuery = PageQuery.extend({
  checkId: z.uuid().optional().meta({ description: "Only those of this check." }),
});

export const refusedPingRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/refused-pings",
    summary: "List pings that did not count",
    description:
      "Pings that named the project's ping key or one of its checks and did not count, with the reason. The newest 200 different ones of a project are kept, for 90 days.",
    tags: ["History"],
    request: { params: InProject, query: RefusedPingQuery },
    responses: { 200: json(pageSchema(RefusedPingView), "Refused pings, the most recent first.") },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const { limit, cursor, checkId } = c.req.valid("query");
    const asked = { limit: limit + 1, after: eventPosition(cursor) };
    const rows = await listRefusedPings(c.var.deps.db, { projectId, checkId }, asked);
    const page = toPage(rows, limit, (last) => [iso(last.lastAt), last.id]);
    return c.json({ ...page, items: page.items.map(refusedPingView) }, 200);
  },
);

function refusedPingView(row: RefusedPingRow): z.infer<typeof RefusedPingView> {
  const { id, checkId, asked, missingSlug, missingToken, count, method, remoteAddress, userAgent } = row;
  return {
    id,
    checkId,
    asked,
    missingSlug,
    missingToken: missingToken === null ? null : aliasOf(missingToken),
    count,
    method,
    remoteAddress,
    userAgent,
    reason: REFUSAL_REASONS.find((reason) => reason === row.reason) ?? "malformed-request",
    firstAt: iso(row.firstAt),
    lastAt: iso(row.lastAt),
  };
}

/** As the receiver noted it: `product/token`. */
function aliasOf(noted: string): z.infer<typeof AliasSchema> | null {
  const [product = "", ...key] = noted.split("/");
  return AliasSchema.safeParse({ product, key: key.join("/") }).data ?? null;
}
