import {
  type DeliveryWithAttempts,
  dismissDelivery,
  findDelivery,
  listDeadLetters,
  listDeliveries,
  redeliver,
} from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  DeliveryState,
  InProject,
  iso,
  isoOrNull,
  PageQuery,
  pageSchema,
  pickFields,
  readCursor,
  Timestamp,
  toPage,
} from "../http/schemas.ts";

const AttemptView = z.object({
  attempt: z.int(),
  startedAt: Timestamp,
  finishedAt: Timestamp,
  outcome: z.enum(["sent", "retry", "failed"]),
  statusCode: z.int().nullable(),
  answer: z.string().nullable().meta({ description: "The provider's answer, shortened." }),
});

const DeliveryView = z
  .object({
    id: z.uuid(),
    kind: z.enum(["down", "up", "test", "reminder", "run", "notice", "report", "system", "confirm"]).meta({
      description:
        "reminder: still down. run, notice, report: requested by a route or a person. system: a message of Overdue itself, such as about a broken channel. confirm: asks whether alerts may be sent to an address.",
    }),
    state: DeliveryState,
    channelId: z.uuid(),
    toOwner: z.boolean().meta({
      description:
        "It went by e-mail to an owner, as where the project has no channel; no list of channels shows that mailbox.",
    }),
    checkId: z.uuid().nullable(),
    incidentId: z.uuid().nullable(),
    because: z
      .string()
      .meta({ description: "Why this channel got it: the check's own list, or which step of which route." }),
    leaderId: z.uuid().nullable().meta({
      description:
        "The group leader: the delivery whose message included this one; null: it had a message of its own.",
    }),
    attempt: z.int(),
    uncertain: z.boolean().meta({ description: "It may have arrived twice." }),
    createdAt: Timestamp,
    nextAttemptAt: Timestamp,
    finishedAt: Timestamp.nullable(),
    providerRef: z.string().nullable(),
    lastError: z.string().nullable(),
    latencyMs: z.int().nullable().meta({
      description: "From the event it reports (such as the deadline) until the provider accepted it.",
    }),
    fallbackFor: z.uuid().nullable().meta({
      description: "The delivery to another channel that this one replaces, since it was not accepted there.",
    }),
    dealtWithAt: Timestamp.nullable().meta({
      description: "When a failed delivery arrived at the fallback, or was dismissed.",
    }),
    attempts: z.array(AttemptView),
  })
  .meta({ id: "Delivery" });

const OfDelivery = InProject.extend({ deliveryId: z.uuid() });
const ListQuery = PageQuery.extend({
  checkId: z.uuid().optional(),
  channelId: z.uuid().optional(),
  state: DeliveryState.optional(),
});
const tags = ["Deliveries"];

export const deliveryRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/deliveries",
      summary: "List deliveries",
      tags,
      request: { params: InProject, query: ListQuery },
      responses: { 200: json(pageSchema(DeliveryView), "Deliveries, newest first.") },
    }),
    async (c) => {
      const { limit, cursor, checkId, channelId, state } = c.req.valid("query");
      const filter = {
        ...c.req.valid("param"),
        ...(checkId !== undefined && { checkId }),
        ...(channelId !== undefined && { channelId }),
        ...(state !== undefined && { state }),
      };
      const before = readCursor(cursor, z.uuid());
      const rows = await listDeliveries(c.var.deps.db, filter, { limit: limit + 1, before });
      const page = toPage(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(deliveryView) }, 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/deliveries/{deliveryId}",
      summary: "Read a delivery",
      tags,
      request: { params: OfDelivery },
      responses: { 200: json(DeliveryView, "The delivery with every attempt.") },
    }),
    async (c) => {
      const row = await findDelivery(c.var.deps.db, c.req.valid("param"));
      if (row === null) throw ApiError.notFound("delivery");
      return c.json(deliveryView(row), 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/dead-letters",
      summary: "List what could not be delivered",
      description:
        "Deliveries that were given up after all attempts, and neither arrived at the fallback nor were dismissed. Ideally there are none.",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(DeliveryView), "Failed deliveries, newest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const before = readCursor(cursor, z.uuid());
      const { projectId } = c.req.valid("param");
      const rows = await listDeadLetters(c.var.deps.db, projectId, { limit: limit + 1, before });
      const page = toPage(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(deliveryView) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/deliveries/{deliveryId}/redeliver",
      summary: "Send a failed delivery again",
      description:
        "If the channel is still broken, it fails again. A newer message about the same check supersedes it.",
      tags,
      request: { params: OfDelivery },
      responses: { 202: json(z.object({ deliveryId: z.uuid() }), "Queued.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      if (!(await redeliver(c.var.deps.db, ref))) throw ApiError.notFound("failed delivery");
      return c.json({ deliveryId: ref.deliveryId }, 202);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/deliveries/{deliveryId}/dismiss",
      summary: "Take a failed delivery off the list",
      tags,
      request: { params: OfDelivery },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const done = await dismissDelivery(c.var.deps.db, c.req.valid("param"));
      if (!done) throw ApiError.notFound("failed delivery");
      return c.body(null, 204);
    },
  );

function deliveryView(row: DeliveryWithAttempts) {
  return pickFields(DeliveryView, {
    ...row,
    createdAt: iso(row.createdAt),
    nextAttemptAt: iso(row.nextAttemptAt),
    finishedAt: isoOrNull(row.finishedAt),
    dealtWithAt: isoOrNull(row.dealtWithAt),
    attempts: row.attempts.map((attempt) =>
      pickFields(AttemptView, {
        ...attempt,
        startedAt: iso(attempt.startedAt),
        finishedAt: iso(attempt.finishedAt),
      }),
    ),
  });
}
