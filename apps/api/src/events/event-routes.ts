import type { StreamHolder } from "@overdue/db";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { type AppContext, personOf } from "../http/context.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";

const EventView = z
  .object({
    event: z.literal("change"),
    data: z.string().meta({
      description: "JSON: the check that changed, or null.",
      example: '{"checkId":null}',
    }),
    retry: z.int().optional().meta({ description: "Milliseconds to wait before connecting again." }),
  })
  .meta({ id: "ChangeEvent", description: "One event, its lines as fields." });
const RECONNECT_MS = 2_000;

export const eventRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/events",
    summary: "Hear of changes",
    description:
      'Server-sent events: `change` with {"checkId": …}, or with null: look at everything again, as after each (re)connect.',
    tags: ["Events"],
    request: { params: InProject },
    responses: {
      200: {
        description: "A stream that stays open.",
        content: { "text/event-stream": { schema: EventView } },
      },
    },
  }),
  (c) => {
    const { streams } = c.var.deps;
    const holder = holderOf(c, c.req.valid("param").projectId);
    if (streams.isFull) throw new ApiError("unavailable", "Too many pages are open here: try again later.");
    if (streams.isFullFor(holder))
      throw new ApiError("too_many_requests", "You have too many pages open: close some of them.");
    return new Response(openStream(c, holder), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no", // a proxy that collects answers would hold events back
      },
    });
  },
);

function holderOf(c: AppContext, projectId: string): StreamHolder {
  const { actor } = c.var;
  if (actor.kind === "key") return { kind: "key", projectId, keyId: actor.keyId };
  const { userId, sessionId } = personOf(c);
  return { kind: "user", projectId, userId, sessionId };
}

/**
 * The stream ends by its reader, by us, or by whichever comes first; each of its timers and watchers may still be on
 * its way then, and a stream that has ended takes neither text nor another end.
 */
function openStream(c: AppContext, holder: StreamHolder): ReadableStream<Uint8Array> {
  const { changes, streams } = c.var.deps;
  let end = () => undefined as void;
  return new ReadableStream({
    start(controller) {
      let isOpen = true;
      const send = (text: string) => {
        if (isOpen) controller.enqueue(new TextEncoder().encode(text));
      };
      const unwatch = changes.watch(holder.projectId, (change) => send(event(change)));
      const heartbeat = setInterval(() => send(": here\n\n"), streams.times.heartbeatMs);
      const stream = { holder, close: () => close() };
      end = () => {
        isOpen = false;
        unwatch();
        clearInterval(heartbeat);
        streams.remove(stream);
      };
      const close = () => {
        if (!isOpen) return;
        end();
        controller.close();
      };
      streams.add(stream);
      // Whoever connects again has missed something, whatever the last event's id was.
      send(`retry: ${RECONNECT_MS}\n${event({ checkId: null })}`);
    },
    cancel: () => end(),
  });
}

function event(change: { checkId: string | null }): string {
  return `event: change\ndata: ${JSON.stringify(change)}\n\n`;
}
