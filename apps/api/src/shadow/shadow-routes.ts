import { canBeAsked, SHADOW_PRODUCTS } from "@overdue/core/shadow";
import { countWaitingForwards, endShadow, findShadow, resumeShadow, startShadow } from "@overdue/db";
import { z } from "zod";

import { ADMIN, READ, READ_DETAILS } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, iso, isoOrNull, Timestamp, Version } from "../http/schemas.ts";
import { compareShadow, ShadowComparison } from "./shadow-comparison.ts";
import { readShadowInput, ShadowInput } from "./shadow-input.ts";

const Shadow = z
  .object({
    product: z.enum(SHADOW_PRODUCTS),
    pingUrl: z.string(),
    apiUrl: z
      .string()
      .nullable()
      .meta({ description: "Null: the product is not asked, and verdicts are not compared." }),
    keysFrom: z.enum(["uuid", "slug", "alias"]),
    hasPingKey: z.boolean(),
    hasApiKey: z.boolean(),
    startedAt: Timestamp,
    endedAt: Timestamp.nullable().meta({
      description: "When the project switched over; null: pings are forwarded.",
    }),
    forwards: z.object({
      forwarded: z.int(),
      failed: z.int().meta({ description: "Refused there, or given up after three attempts." }),
      dropped: z
        .int()
        .meta({ description: "Not sent, because too many waited, or for longer than ten minutes." }),
      waiting: z.int(),
      lastAt: Timestamp.nullable(),
      problem: z
        .string()
        .nullable()
        .meta({ description: "Why the newest attempt failed; null: it did not." }),
    }),
    asked: z.object({
      at: Timestamp.nullable(),
      problem: z.string().nullable().meta({ description: "Why it could not be asked; null: it could." }),
    }),
    version: Version,
  })
  .meta({ id: "Shadow", description: "A project's shadow mode." });

const DAYS_USUAL = 30;
const DAYS_MAX = 90;

const Days = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(DAYS_MAX)
    .default(DAYS_USUAL)
    .meta({ description: "How far to look back." }),
});
const tags = ["Shadow mode"];

export const shadowRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/shadow",
      summary: "Read the shadow mode",
      description: "404 where the project never had one.",
      tags,
      request: { params: InProject },
      responses: { 200: json(Shadow, "The shadow mode, whether or not it goes on.") },
    }),
    async (c) => c.json(withETag(c, await view(c, c.req.valid("param").projectId)), 200),
  )
  .openapi(
    route(ADMIN, {
      method: "put",
      path: "/v1/projects/{projectId}/shadow",
      summary: "Start or change the shadow mode",
      description:
        "From now on each ping of the project is forwarded to the other product too. No ping waits for it. One that has ended begins anew, and so does one with another product.",
      tags,
      request: { params: InProject, headers: IfMatch, body: body(ShadowInput) },
      responses: { 200: json(Shadow, "The shadow mode.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { db, keyring, settings: instance, now } = c.var.deps;
      const before = await findShadow(db, keyring, projectId);
      const { settings, secrets } = readShadowInput(c.req.valid("json"), before, instance);
      const version = expectedVersion(c.req.valid("header"));
      await startShadow(db, keyring, { projectId, settings, secrets, at: now(), version });
      return c.json(withETag(c, await view(c, projectId)), 200);
    },
  )
  .openapi(
    route(ADMIN, {
      method: "post",
      path: "/v1/projects/{projectId}/shadow/switch-over",
      summary: "Switch over",
      description: "Ends the forwarding: from now on only Overdue gets the pings. `resume` undoes it.",
      tags,
      request: { params: InProject },
      responses: { 200: json(Shadow, "The shadow mode, ended.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      requireFound("shadow mode that goes on", await endShadow(c.var.deps.db, projectId, c.var.deps.now()));
      return c.json(withETag(c, await view(c, projectId)), 200);
    },
  )
  .openapi(
    route(ADMIN, {
      method: "post",
      path: "/v1/projects/{projectId}/shadow/resume",
      summary: "Undo the switch-over",
      description: "Pings are forwarded again, from now on.",
      tags,
      request: { params: InProject },
      responses: { 200: json(Shadow, "The shadow mode, which goes on.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      requireFound(
        "shadow mode that has ended",
        await resumeShadow(c.var.deps.db, projectId, c.var.deps.now()),
      );
      return c.json(withETag(c, await view(c, projectId)), 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/shadow/comparison",
      summary: "Compare the two products' verdicts",
      description:
        "Where one said down and the other did not. What the graces of the two and the time between two polls explain is no difference.",
      tags,
      request: { params: InProject, query: Days },
      responses: { 200: json(ShadowComparison, "The comparison.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { db, pool, keyring, now } = c.var.deps;
      const shadow = requireFound("shadow mode", await findShadow(db, keyring, projectId));
      const { days } = c.req.valid("query");
      return c.json(await compareShadow(pool, { shadow, days, now: now() }), 200);
    },
  );

async function view(c: AppContext, projectId: string): Promise<z.infer<typeof Shadow>> {
  const { db, keyring } = c.var.deps;
  const shadow = await findShadow(db, keyring, projectId);
  if (shadow === null) throw ApiError.notFound("shadow mode");
  const { product, pingUrl, apiUrl, keysFrom, secrets, startedAt, endedAt, version } = shadow;
  return {
    product,
    pingUrl,
    apiUrl: canBeAsked(product) ? apiUrl : null,
    keysFrom,
    hasPingKey: secrets.pingKey !== "",
    hasApiKey: secrets.apiKey !== "",
    startedAt: iso(startedAt),
    endedAt: isoOrNull(endedAt),
    forwards: {
      forwarded: shadow.forwarded,
      failed: shadow.failed,
      dropped: shadow.dropped,
      waiting: await countWaitingForwards(db, projectId),
      lastAt: isoOrNull(shadow.lastForwardedAt),
      problem: shadow.forwardProblem,
    },
    asked: { at: isoOrNull(shadow.polledAt), problem: shadow.pollProblem },
    version,
  };
}
