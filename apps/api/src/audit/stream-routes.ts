import { parseSettings } from "@overdue/channels";
import { endAuditStream, findAuditStream, findStreamTarget, saveAuditStream } from "@overdue/db";
import { z } from "zod";

import { ADMIN_IN_PERSON, FRESH_ADMIN } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { requireFound } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { InProject, iso, Timestamp } from "../http/schemas.ts";

const tags = ["Audit"];

const StreamInput = z
  .strictObject({
    url: z.string().max(2_000).meta({ description: "It gets each entry as a signed POST." }),
    secret: z.string().max(200).optional().meta({
      description:
        "The signing secret, of the form `whsec_…`. Left out: the present one while the address stays, else one is made.",
    }),
  })
  .meta({ id: "AuditStreamInput" });

const StreamView = z
  .object({
    hint: z.string().nullable().meta({ description: "Its host; null: there is no stream." }),
    waiting: z.int().meta({ description: "Entries that have not arrived yet." }),
    lastSentAt: Timestamp.nullable(),
    failures: z.int().meta({ description: "Attempts in a row that failed." }),
    problem: z.string().nullable().meta({ description: "Why the last attempt failed." }),
    nextAttemptAt: Timestamp.nullable().meta({ description: "After a failure: when it is tried again." }),
  })
  .meta({ id: "AuditStream" });

const SavedStreamView = StreamView.extend({
  shownOnce: z
    .object({ secret: z.string().optional() })
    .meta({ description: "The signing secret, if it was made now. It is not shown again." }),
}).meta({ id: "SavedAuditStream" });

/** Audit entries of a project that go to a webhook as they arise. */
export const auditStreamRoutes = createRouter()
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/audit-stream",
      summary: "Read the audit stream",
      tags,
      request: { params: InProject },
      responses: { 200: json(StreamView, "The stream, or nulls.") },
    }),
    async (c) => c.json(await viewStream(c, c.req.valid("param").projectId), 200),
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "put",
      path: "/v1/projects/{projectId}/audit-stream",
      summary: "Send audit entries to a webhook",
      description:
        "From now on each entry is posted as JSON, signed as webhooks are, at least once and in order; this change is the first. An address that does not accept an entry gets it again, with growing pauses of an hour at most, for 30 days.",
      tags,
      request: { params: InProject, body: body(StreamInput) },
      responses: { 200: json(SavedStreamView, "The stream.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const shownOnce = await saveStream(c, projectId, c.req.valid("json"));
      return c.json({ ...(await viewStream(c, projectId)), shownOnce }, 200);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "delete",
      path: "/v1/projects/{projectId}/audit-stream",
      summary: "End the audit stream",
      tags,
      request: { params: InProject },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ended = await endAuditStream(c.var.deps.db, c.req.valid("param").projectId);
      requireFound("audit stream", ended);
      return c.body(null, 204);
    },
  );

async function viewStream(c: AppContext, projectId: string): Promise<z.infer<typeof StreamView>> {
  const found = await findAuditStream(c.var.deps.db, projectId);
  if (found === null)
    return { hint: null, waiting: 0, lastSentAt: null, failures: 0, problem: null, nextAttemptAt: null };
  const { lastSentAt, nextAttemptAt, ...stream } = found;
  return {
    ...stream,
    lastSentAt: lastSentAt === null ? null : iso(lastSentAt),
    nextAttemptAt: stream.failures === 0 ? null : iso(nextAttemptAt),
  };
}

/** @throws 400 */
async function saveStream(
  c: AppContext,
  projectId: string,
  { url, secret }: z.output<typeof StreamInput>,
): Promise<{ secret?: string }> {
  const { db, keyring } = c.var.deps;
  const before = await findStreamTarget(db, keyring, projectId);
  // Another address gets another secret: its receiver must not be able to sign for the former one.
  const kept = secret ?? (before?.url === url.trim() ? before.secret : undefined);
  const parsed = parseSettings("webhook", { url, ...(kept !== undefined && { secret: kept }) });
  if (!parsed.ok) {
    const [problem] = parsed.problems;
    throw ApiError.invalid(problem?.field ?? "url", problem?.message ?? "This is no address.");
  }
  const target = { url: String(parsed.settings["url"]), secret: String(parsed.settings["secret"]) };
  await saveAuditStream(db, keyring, { projectId, target, hint: parsed.hint });
  return parsed.shownOnce;
}
