import { z } from "zod";

import { READ } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { mayStill } from "../http/guard.ts";
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
    if (c.var.deps.streams.isFull)
      throw new ApiError("unavailable", "Too many pages are open here: try again later.");
    return new Response(openStream(c, c.req.valid("param").projectId), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no", // a proxy that collects answers would hold events back
      },
    });
  },
);

/**
 * The stream ends by its reader, by us, or by whichever comes first; each of its timers and watchers may still be on
 * its way then, and a stream that has ended takes neither text nor another end.
 */
function openStream(c: AppContext, projectId: string): ReadableStream<Uint8Array> {
  const { changes, streams } = c.var.deps;
  let end = () => undefined as void;
  return new ReadableStream({
    start(controller) {
      let isOpen = true;
      const send = (text: string) => {
        if (isOpen) controller.enqueue(new TextEncoder().encode(text));
      };
      const unwatch = changes.watch(projectId, (change) => send(event(change)));
      const heartbeat = setInterval(() => send(": here\n\n"), streams.times.heartbeatMs);
      const recheck = setInterval(() => {
        mayStill(c, READ).then((may) => may || close(), close);
      }, streams.times.recheckMs);
      end = () => {
        isOpen = false;
        unwatch();
        clearInterval(heartbeat);
        clearInterval(recheck);
        streams.remove(close);
      };
      const close = () => {
        if (!isOpen) return;
        end();
        controller.close();
      };
      streams.add(close);
      // Whoever connects again has missed something, whatever the last event's id was.
      send(`retry: ${RECONNECT_MS}\n${event({ checkId: null })}`);
    },
    cancel: () => end(),
  });
}

function event(change: { checkId: string | null }): string {
  return `event: change\ndata: ${JSON.stringify(change)}\n\n`;
}
