import { ReasonInput } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { type ChannelWithChecks, listChannels, whoWouldHearOf } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { OfCheck, Timestamp } from "../http/schemas.ts";
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
        "Why the channel would not be told as things are now, and who hears instead; null: it would be told.",
    }),
  })
  .meta({ id: "Listener" });

const PreviewedEvent = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    notifyOn: z
      .enum(["runs", "failures", "notices"])
      .meta({ description: "Every run, good or bad; each failing run alone; what is noticed." }),
    at: Timestamp.meta({ description: "When it would hear: later than asked for where hours hold it." }),
    because: z.string(),
  })
  .meta({ id: "NewsListener" });

const PreviewView = z.object({
  items: z.array(PreviewedNotification),
  news: z.array(PreviewedEvent).meta({
    description: "Who hears of its runs and of what is noticed, also while its status stays the same.",
  }),
  ownersInstead: z.boolean().meta({
    description:
      "Neither the check's list nor any route leads to a channel: the project's owners are told, by mail or by the fall-back.",
  }),
});

const PreviewQuery = z.object({
  at: Timestamp.optional().meta({ description: "When the check would go down; by itself, now." }),
  reason: ReasonInput.default("missed"),
});

export const notificationPreviewRoutes = createRouter().openapi(
  route(READ_DETAILS, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/who-would-hear",
    summary: "Ask who would hear",
    description:
      "Who would hear if this check went down at an instant and nobody did anything about it, for the week after: by the decisions that are taken in earnest.",
    tags: ["Routes"],
    request: { params: OfCheck, query: PreviewQuery },
    responses: {
      200: json(PreviewView, "In the order in which they hear."),
    },
  }),
  async (c) => {
    const ref = c.req.valid("param");
    const { at, reason } = c.req.valid("query");
    const question = { at: at === undefined ? Date.now() : Date.parse(at), reason };
    const heard = requireFound("check", await whoWouldHearOf(c.var.deps.pool, ref, question));
    const channels = await listChannels(c.var.deps.db, ref.projectId, { limit: CHANNELS_MAX, after: null });
    const named = channelNames(channels);
    const items = heard.notifications.map((one) => ({
      ...one,
      ...named(one.channelId),
      at: isoAt(one.at),
      heldBack: heldBackReason(one.channelId, channels),
    }));
    const news = heard.news.map((one) => ({ ...one, ...named(one.channelId), at: isoAt(one.at) }));
    return c.json({ items, news, ownersInstead: heard.ownersInstead }, 200);
  },
);

/** What a channel of the project is called, by its id. */
function channelNames(channels: readonly ChannelWithChecks[]) {
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  return (id: string) => ({
    channelName: byId.get(id)?.name ?? "",
    channelKind: byId.get(id)?.kind ?? "",
  });
}

/** What becomes of an alert to a channel that gets none now, as it is decided in earnest when it is claimed. */
function heldBackReason(channelId: string, channels: readonly ChannelWithChecks[]): string | null {
  const channel = channels.find(({ id }) => id === channelId);
  if (channel === undefined || canReceive(channel)) return null;
  const fallback = channels.find((other) => other.isFallback && other.id !== channelId && canReceive(other));
  const instead = fallback === undefined ? null : `The fall-back “${fallback.name}” is told instead.`;
  return channel.unconfirmedSince !== null && channel.brokenBy === null
    ? `Nobody has confirmed its address yet. ${instead ?? "The project's owners are told instead."}`
    : `It is broken. ${instead ?? "There is no fall-back: owners hear that it could not be delivered."}`;
}

function canReceive({ brokenAt, unconfirmedSince }: ChannelWithChecks): boolean {
  return brokenAt === null && unconfirmedSince === null;
}

function isoAt(at: Instant): string {
  return new Date(at).toISOString();
}
