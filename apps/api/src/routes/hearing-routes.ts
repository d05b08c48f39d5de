import { type Instant, ReasonInput } from "@overdue/core";
import { type Db, listChannels, whoWouldHearOf } from "@overdue/db";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { OfCheck } from "../http/params.ts";
import { createRouter, json, route } from "../http/route.ts";
import { Timestamp } from "../http/time.ts";
import { found } from "./naming.ts";

const CHANNELS_MAX = 1_000;

const ListenerView = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    kind: z.enum(["down", "reminder"]).meta({ description: "Of reminders that go on, the first two." }),
    at: Timestamp,
    afterSeconds: z.int().meta({ description: "After the check went down." }),
    because: z.string().meta({ description: "The check's own list, or which step of which route, and who." }),
  })
  .meta({ id: "Listener" });

const NewsListenerView = z
  .object({
    channelId: z.uuid(),
    channelName: z.string(),
    channelKind: z.string(),
    hears: z
      .enum(["runs", "failures", "notices"])
      .meta({ description: "Every run, good or bad; each failing run alone; what is noticed." }),
    at: Timestamp.meta({ description: "When it would hear: later than asked for where hours hold it." }),
    because: z.string(),
  })
  .meta({ id: "NewsListener" });

const HearingView = z.object({
  items: z.array(ListenerView),
  news: z.array(NewsListenerView).meta({
    description: "Who hears of its runs and of what is noticed, also while its status stays the same.",
  }),
  ownersInstead: z.boolean().meta({
    description:
      "Neither the check's list nor any route leads to a channel: the project's owners are told, by mail or by the fall-back.",
  }),
});

const Question = z.object({
  at: Timestamp.optional().meta({ description: "When the check would go down; by itself, now." }),
  reason: ReasonInput.default("missed"),
});

export const hearingRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/who-would-hear",
    summary: "Ask who would hear",
    description:
      "Who would hear if this check went down at an instant and nobody did anything about it, for the week after: by the decisions that are taken in earnest.",
    tags: ["Routes"],
    request: { params: OfCheck, query: Question },
    responses: {
      200: json(HearingView, "In the order in which they hear."),
    },
  }),
  async (c) => {
    const ref = c.req.valid("param");
    const { at, reason } = c.req.valid("query");
    const question = { at: at === undefined ? Date.now() : Date.parse(at), reason };
    const heard = found("check", await whoWouldHearOf(c.var.deps.pool, ref, question));
    const named = await namesIn(c.var.deps.db, ref.projectId);
    const items = heard.listeners.map((one) => ({ ...one, ...named(one.channelId), at: isoAt(one.at) }));
    const news = heard.news.map((one) => ({ ...one, ...named(one.channelId), at: isoAt(one.at) }));
    return c.json({ items, news, ownersInstead: heard.ownersInstead }, 200);
  },
);

/** What a channel of the project is called, by its id. */
async function namesIn(db: Db, projectId: string) {
  const channels = await listChannels(db, projectId, { limit: CHANNELS_MAX, after: null });
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  return (id: string) => ({
    channelName: byId.get(id)?.name ?? "",
    channelKind: byId.get(id)?.kind ?? "",
  });
}

function isoAt(at: Instant): string {
  return new Date(at).toISOString();
}
