import { ReasonInput } from "@overdue/core";
import { type ChannelWithChecks, listChannels, previewRecipients } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { iso, OfCheck, Timestamp } from "../http/schemas.ts";
import { createRouter, json, route } from "../http/route.ts";
import { requireFound } from "../http/edits.ts";

const CHANNELS_MAX = 1_000;

const PreviewedNotification = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    kind: z.enum(["down", "reminder"]).meta({ description: "Of reminders that go on, the first two." }),
    at: Timestamp,
    afterSeconds: z.int().meta({ description: "After the check went down." }),
    because: z.string().meta({ description: "The check's own list, or which step of which route, and who." }),
    heldBack: z.string().nullable().meta({
      description:
        "Why the channel would not be notified as things are now, and who is instead; null: it would be notified.",
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
    at: Timestamp.meta({ description: "Later than asked for where the route's hours hold it back." }),
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
  at: Timestamp.optional().meta({ description: "When the check would go down; by itself, now." }),
  reason: ReasonInput.default("missed"),
});

export const notificationPreviewRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/notification-preview",
    summary: "Preview who gets notified",
    description:
      "Who would be notified if this check went down at an instant and nobody acted on it, for the week after. The rules are those of real alerts.",
    tags: ["Routes"],
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
