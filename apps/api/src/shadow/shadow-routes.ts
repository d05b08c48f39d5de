import { canBeAsked, compareVerdicts, SHADOW_PRODUCTS } from "@overdue/core/shadow";
import {
  countWaitingForwards,
  endShadow,
  findShadow,
  listShadowedChecks,
  loadShadowEvidence,
  loadShadowHistories,
  resumeShadow,
  SHADOW_POLL_SECONDS,
  type ShadowRow,
  startShadow,
} from "@overdue/db";
import { z } from "zod";

import { OWNER, READ, READ_DETAILS } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject, iso, isoOrNull, Timestamp, Version } from "../http/schemas.ts";
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

const Evidence = z.object({
  slots: z.array(z.object({ dueAt: Timestamp, outcome: z.string() })),
  runs: z.array(z.object({ heardAt: Timestamp, outcome: z.string() })),
});

const ShadowComparison = z
  .object({
    from: Timestamp,
    until: Timestamp,
    pollSeconds: z.int().meta({ description: "How often the other product is asked." }),
    checksCompared: z.int(),
    checksNotKnownThere: z.int(),
    comparedSeconds: z.int().meta({ description: "How long both watched, of all checks together." }),
    agreement: z.number().nullable().meta({
      description: "The share of that time in which both said the same, 0 to 1; null: nothing was compared.",
    }),
    bothDown: z.int().meta({ description: "How often both said down." }),
    differences: z
      .array(
        z.object({
          checkId: z.uuid(),
          checkName: z.string(),
          kind: z.enum(["down-there", "down-here"]),
          from: Timestamp,
          until: Timestamp.nullable().meta({ description: "Null: it goes on." }),
          graceSeconds: z.int(),
          graceSecondsThere: z.int().nullable(),
          evidence: Evidence.meta({ description: "What is on record here shortly before and in that time." }),
        }),
      )
      .meta({ description: "The newest 100." }),
    differencesInAll: z.int(),
  })
  .meta({ id: "ShadowComparison" });

const DAY_MS = 86_400_000;
const DAYS_USUAL = 30;
const DAYS_MAX = 90;
const DIFFERENCES_MAX = 100;
const MS = 1_000;
/** What is on record so long before a difference, and before its grace began, belongs to it. */
const BEFORE_MS = 900_000;

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
    route(OWNER, {
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
    route(OWNER, {
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
    route(OWNER, {
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
      const { db, keyring } = c.var.deps;
      const shadow = requireFound("shadow mode", await findShadow(db, keyring, projectId));
      return c.json(await compare(c, { shadow, days: c.req.valid("query").days }), 200);
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

async function compare(
  c: AppContext,
  { shadow, days }: { shadow: ShadowRow; days: number },
): Promise<z.infer<typeof ShadowComparison>> {
  const { pool, now } = c.var.deps;
  const { projectId, startedAt, endedAt } = shadow;
  const until = endedAt?.getTime() ?? now();
  const span = { from: Math.max(startedAt.getTime(), until - days * DAY_MS), until };
  const histories = await loadShadowHistories(pool, projectId, span);
  const known = await listShadowedChecks(pool, shadow);
  const compared = histories.map((check) => ({ check, result: compareCheck(check) }));
  const all = compared
    .flatMap(({ check, result }) => result.differences.map((difference) => ({ check, difference })))
    .toSorted((one, other) => other.difference.from - one.difference.from);
  const shown = all.slice(0, DIFFERENCES_MAX);
  const evidence = await loadShadowEvidence(pool, projectId, shown.map(evidenceSpan));
  const comparedMs = sum(compared.map(({ result }) => result.comparedMs));
  return {
    from: iso(span.from),
    until: iso(until),
    pollSeconds: SHADOW_POLL_SECONDS,
    checksCompared: compared.filter(({ result }) => result.comparedMs > 0).length,
    checksNotKnownThere: known.length - histories.length,
    comparedSeconds: Math.round(comparedMs / MS),
    agreement: comparedMs === 0 ? null : sum(compared.map(({ result }) => result.agreedMs)) / comparedMs,
    bothDown: sum(compared.map(({ result }) => result.bothDown)),
    differences: shown.map(({ check, difference }, i) => ({
      checkId: check.checkId,
      checkName: check.name,
      kind: difference.kind,
      from: iso(difference.from),
      until: difference.until >= until - 2 * SHADOW_POLL_SECONDS * MS ? null : iso(difference.until),
      graceSeconds: check.graceSeconds,
      graceSecondsThere: check.graceSecondsThere,
      evidence: evidenceView(evidence[i]),
    })),
    differencesInAll: all.length,
  };
}

type History = Awaited<ReturnType<typeof loadShadowHistories>>[number];

/** Where the other product does not say its grace, it may be as much as ours apart. */
function compareCheck({ graceSeconds, graceSecondsThere, downHere, unwatchedHere, there }: History) {
  const difference = Math.abs(graceSeconds - (graceSecondsThere ?? 0));
  return compareVerdicts({
    downHere,
    unwatchedHere,
    there,
    pollMs: SHADOW_POLL_SECONDS * MS,
    graceDifferenceMs: difference * MS,
  });
}

function evidenceSpan({
  check,
  difference,
}: {
  check: History;
  difference: { from: number; until: number };
}) {
  const from = difference.from - check.graceSeconds * MS - BEFORE_MS;
  return { checkId: check.checkId, from, until: difference.until };
}

function evidenceView(evidence: Awaited<ReturnType<typeof loadShadowEvidence>>[number] | undefined) {
  const { slots = [], runs = [] } = evidence ?? {};
  return {
    slots: slots.map(({ dueAt, outcome }) => ({ dueAt: iso(new Date(dueAt)), outcome })),
    runs: runs.map(({ heardAt, outcome }) => ({ heardAt: iso(new Date(heardAt)), outcome })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
