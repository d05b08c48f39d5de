import { ReasonInput, RouteInput, RoutePatch, SeverityInput } from "@overdue/core";
import {
  type ChannelWithChecks,
  createRoute,
  deleteRoute,
  editRoute,
  findRoute,
  listChannels,
  listRoutes,
  orderRoutes,
  previewRecipients,
  restoreRoute,
  type RouteRow,
} from "@overdue/db";
import { z } from "zod";

import { READ, READ_DETAILS, WRITE } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { resource } from "../http/resource.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import {
  InProject,
  iso,
  OfCheck,
  OfRoute,
  pageInMemory,
  PageQuery,
  STAMPS,
  Timestamp,
  Version,
} from "../http/schemas.ts";

const Targets = z.array(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("channel"), channelId: z.uuid() }),
    z.object({ kind: z.literal("person"), personId: z.uuid() }),
    z.object({ kind: z.literal("on-call"), rotationId: z.uuid() }),
  ]),
);
const HoursView = z.object({
  timezone: z.string(),
  weekdays: z.array(z.int()).meta({ description: "1 is Monday, 7 is Sunday." }),
  from: z.string(),
  to: z.string().meta({ description: "If it is not later than `from`, it is on the next day." }),
  outside: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("hold") }),
    z.object({ kind: z.literal("instead"), targets: Targets }),
  ]),
});

const RouteView = z
  .object({
    id: z.uuid(),
    version: Version,
    position: z.int().meta({
      description: "If two routes would notify the same channel, the one with the lower position does.",
    }),
    name: z.string(),
    match: z.object({
      tags: z.array(z.string()),
      reasons: z.array(ReasonInput),
      severities: z.array(SeverityInput),
      checkIds: z.array(z.uuid()),
    }),
    notifyOn: z.object({
      changes: z.boolean(),
      failures: z.boolean(),
      runs: z.boolean(),
      notices: z.boolean(),
    }),
    steps: z.array(z.object({ afterMinutes: z.int(), targets: Targets, ifUnacknowledged: z.boolean() })),
    repeatMinutes: z.int().nullable(),
    hours: HoursView.nullable().meta({ description: "Null: at all hours." }),
    recovery: z.boolean(),
    managedBy: z.enum(["config"]).nullable().meta({
      description: "config: a configuration file owns it, and undoes edits.",
    }),
    ...STAMPS,
  })
  .meta({ id: "Route" });

const routes = resource({
  path: "/v1/projects/{projectId}/routes",
  id: "routeId",
  params: OfRoute,
  access: READ,
  noun: "route",
  nouns: "routes",
  tag: "Alert routes",
  query: PageQuery,
  order: "Routes, in the order in which they are evaluated.",
  view: RouteView,
  saved: RouteView,
  input: RouteInput,
  patch: RoutePatch,
  descriptions: {
    create: "It is added after the other routes.",
    edit: "Writes only the fields that are sent. Open incidents follow the new route from their next step on.",
    restore: "Within 30 days. The route gets its former place among the others.",
  },
});

const order = route(WRITE, {
  method: "put",
  path: "/v1/projects/{projectId}/routes/order",
  summary: "Order routes",
  tags: ["Alert routes"],
  request: {
    params: InProject,
    body: body(
      z
        .strictObject({ ids: z.array(z.uuid()).max(200) })
        .meta({ id: "RouteOrder", description: "Routes that it leaves out follow in the order they had." }),
    ),
  },
  responses: { 200: json(z.object({ items: z.array(RouteView) }), "All routes in their new order.") },
});

/** The handlers of alert routes: which incidents notify whom, when, and how often. */
export const alertRouteHandlers = createRouter()
  .openapi(routes.list, async (c) => {
    const rows = await listRoutes(c.var.deps.db, c.req.valid("param").projectId);
    const page = pageInMemory(rows, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(routeView) }, 200);
  })
  .openapi(routes.create, async (c) => {
    const row = await createRoute(c.var.deps.db, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, routeView(row)), 201);
  })
  .openapi(order, async (c) => {
    const { projectId } = c.req.valid("param");
    const rows = await orderRoutes(c.var.deps.db, projectId, c.req.valid("json").ids);
    return c.json({ items: rows.map(routeView) }, 200);
  })
  .openapi(routes.read, async (c) => {
    const row = requireFound("route", await findRoute(c.var.deps.db, c.req.valid("param")));
    return c.json(withETag(c, routeView(row)), 200);
  })
  .openapi(routes.edit, async (c) => {
    const edit = { fields: c.req.valid("json"), version: expectedVersion(c.req.valid("header")) };
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    const before = routeView(requireFound("route", await findRoute(db, ref)));
    const after = routeView(requireFound("route", await editRoute(db, ref, edit)));
    return c.json(withETag(c, recordChange(c, { before, after })), 200);
  })
  .openapi(routes.remove, async (c) => {
    requireFound("route", await deleteRoute(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(routes.restore, async (c) => {
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    requireFound("route", await restoreRoute(db, ref));
    return c.json(withETag(c, routeView(requireFound("route", await findRoute(db, ref)))), 200);
  });

function routeView(row: RouteRow) {
  return RouteView.parse({ ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) });
}

const CHANNELS_MAX = 1_000;

const PreviewedNotification = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    kind: z
      .enum(["down", "reminder"])
      .meta({ description: "Of repeated reminders only the first two are listed." }),
    at: Timestamp,
    afterSeconds: z.int().meta({ description: "After the check went down." }),
    because: z.string().meta({ description: "The check's own list, or which step of which route, and who." }),
    heldBack: z.string().nullable().meta({
      description:
        "Why the channel would not be notified at present, and who would be instead; null: it would be notified.",
    }),
  })
  .meta({ id: "PreviewedNotification" });

const PreviewedEvent = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    notifyOn: z
      .enum(["runs", "failures", "notices"])
      .meta({ description: "Every run, good or bad; each failing run alone; what is noticed." }),
    at: Timestamp.meta({
      description: "Later than the requested instant if the route's hours hold it back.",
    }),
    because: z.string(),
  })
  .meta({ id: "PreviewedEventNotification" });

const PreviewView = z
  .object({
    items: z.array(PreviewedNotification),
    events: z.array(PreviewedEvent).meta({
      description: "Who is notified of runs and notices, also while the check's status stays the same.",
    }),
    ownersInstead: z.boolean().meta({
      description:
        "Neither the check's own list nor any route leads to a channel, so the project's owners are notified, by mail or by the fallback channel.",
    }),
  })
  .meta({ id: "NotificationPreview" });

const PreviewQuery = z.object({
  at: Timestamp.optional().meta({ description: "When the check would go down; by default, now." }),
  reason: ReasonInput.default("missed"),
});

export const notificationPreviewRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/notification-preview",
    summary: "Preview who gets notified",
    description:
      "Who would be notified within a week if this check went down at an instant and nobody acted on it. The rules are those of real alerts.",
    tags: ["Alert routes"],
    request: { params: OfCheck, query: PreviewQuery },
    responses: {
      200: json(PreviewView, "In the order in which they are notified."),
    },
  }),
  async (c) => {
    const ref = c.req.valid("param");
    const { at, reason } = c.req.valid("query");
    const supposed = { at: at === undefined ? c.var.deps.now() : Date.parse(at), reason };
    const preview = requireFound("check", await previewRecipients(c.var.deps.pool, ref, supposed));
    const channels = await listChannels(c.var.deps.db, ref.projectId, { limit: CHANNELS_MAX, after: null });
    const named = channelNames(channels);
    const items = preview.notifications.map((one) => ({
      ...one,
      ...named(one.channelId),
      at: iso(one.at),
      heldBack: heldBackReason(one.channelId, channels),
    }));
    const events = preview.events.map((one) => ({ ...one, ...named(one.channelId), at: iso(one.at) }));
    return c.json({ items, events, ownersInstead: preview.ownersInstead }, 200);
  },
);

/** Finds the name and the kind of a channel by its id. */
function channelNames(channels: readonly ChannelWithChecks[]) {
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  return (id: string) => ({
    channelName: byId.get(id)?.name ?? "",
    channelKind: byId.get(id)?.kind ?? "",
  });
}

/** Why a channel gets no alert now, and who gets it instead. The sender decides the same when it claims a delivery. */
function heldBackReason(channelId: string, channels: readonly ChannelWithChecks[]): string | null {
  const channel = channels.find(({ id }) => id === channelId);
  if (channel === undefined || canReceive(channel)) return null;
  const fallback = channels.find((other) => other.isFallback && other.id !== channelId && canReceive(other));
  const instead =
    fallback === undefined ? null : `The fallback channel “${fallback.name}” is notified instead.`;
  return channel.unconfirmedSince !== null && channel.brokenBy === null
    ? `Nobody has confirmed its address yet. ${instead ?? "The project's owners are notified instead."}`
    : `It is broken. ${instead ?? "There is no fallback channel: owners are notified that it could not be delivered."}`;
}

function canReceive({ brokenAt, unconfirmedSince }: ChannelWithChecks): boolean {
  return brokenAt === null && unconfirmedSince === null;
}
