import { LiveEvent, type PageEvent, parseJsonOrNull } from "@overdue/core";
import { type Db, findEndedHolderIndexes, listen, type StreamHolder } from "@overdue/db";
import type { Logger } from "pino";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";

/** How often an open stream sends a heartbeat, and how often the server checks that its holder still has access. Milliseconds. */
export type StreamTimes = { heartbeatMs: number; recheckMs: number };

type Stream = { holder: StreamHolder; close: () => void };

const STREAMS_MAX = 2_000;
/** Each open page of a person has a stream. */
const STREAMS_PER_HOLDER_MAX = 30;
const TIMES: StreamTimes = { heartbeatMs: 15_000, recheckMs: 3_000 };

/** The open streams of this process. Their number is limited, in total and per holder. A stream is closed soon after its holder has lost access. */
export class Streams {
  readonly times: StreamTimes;
  readonly #db: Db;
  readonly #log: Logger;
  readonly #open = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ db, log, times = TIMES }: { db: Db; log: Logger; times?: StreamTimes | undefined }) {
    this.times = times;
    this.#db = db;
    this.#log = log;
  }

  get isFull(): boolean {
    return this.#open.size >= STREAMS_MAX;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether this person or key has as many streams open as one holder may have. */
  isFullFor(holder: StreamHolder): boolean {
    const who = holderName(holder);
    let count = 0;
    for (const open of this.#open) if (holderName(open.holder) === who) count += 1;
    return count >= STREAMS_PER_HOLDER_MAX;
  }

  add(stream: Stream): void {
    this.#open.add(stream);
    this.#timer ??= setTimeout(() => void this.#recheck(), this.times.recheckMs).unref();
  }

  remove(stream: Stream): void {
    this.#open.delete(stream);
  }

  closeAll(): void {
    clearTimeout(this.#timer);
    for (const { close } of this.#open) close();
  }

  /** Closes streams whose holders have lost access. If the database is away, this fails, but then no stream shows anything new either. */
  async #recheck(): Promise<void> {
    const streams = [...this.#open];
    try {
      const endedIndexes = await findEndedHolderIndexes(
        this.#db,
        streams.map(({ holder }) => holder),
      );
      for (const index of endedIndexes) streams[index]?.close();
    } catch (err) {
      this.#log.warn({ err }, "Open event streams could not be checked; trying again in some seconds.");
    }
    this.#timer = undefined;
    if (this.#open.size > 0) {
      this.#timer = setTimeout(() => void this.#recheck(), this.times.recheckMs).unref();
    }
  }
}

function holderName(holder: StreamHolder): string {
  return holder.kind === "user" ? `user ${holder.userId}` : `key ${holder.keyId}`;
}

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
    summary: "Watch for changes",
    description:
      'Server-sent events: `change` with {"checkId": …}; with null: read everything again, as after each (re)connect.',
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
    const holder = streamHolder(c, c.req.valid("param").projectId);
    if (streams.isFull) throw new ApiError("unavailable", "Too many pages are open here: try again later.");
    if (streams.isFullFor(holder))
      throw new ApiError("too_many_requests", "You have too many pages open: close some of them.");
    return new Response(openStream(c, holder), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no", // a proxy that buffers responses would hold events back
      },
    });
  },
);

function streamHolder(c: AppContext, projectId: string): StreamHolder {
  const { actor } = c.var;
  if (actor.kind === "key") return { kind: "key", projectId, keyId: actor.keyId };
  const { userId, sessionId } = requirePerson(c);
  return { kind: "user", projectId, userId, sessionId };
}

/**
 * Opens a stream of a project's changes. The client or the server may end it. A timer or watcher may still fire after that;
 * then it must neither write to the stream nor end it again.
 */
function openStream(c: AppContext, holder: StreamHolder): ReadableStream<Uint8Array> {
  const { changes, streams } = c.var.deps;
  let release: () => void = () => undefined;
  return new ReadableStream({
    start(controller) {
      let isOpen = true;
      const send = (text: string) => {
        if (isOpen) controller.enqueue(new TextEncoder().encode(text));
      };
      const unwatch = changes.watch(holder.projectId, (change) => send(eventText(change)));
      const heartbeat = setInterval(() => send(": here\n\n"), streams.times.heartbeatMs);
      function close() {
        if (!isOpen) return;
        release();
        controller.close();
      }
      const stream = { holder, close };
      release = () => {
        isOpen = false;
        unwatch();
        clearInterval(heartbeat);
        streams.remove(stream);
      };
      streams.add(stream);
      // A page that reconnects may have missed something, so it reads everything again.
      send(`retry: ${RECONNECT_MS}\n${eventText({ checkId: null })}`);
    },
    cancel: () => release(),
  });
}

function eventText(change: PageEvent): string {
  return `event: change\ndata: ${JSON.stringify(change)}\n\n`;
}

type Watcher = (event: PageEvent) => void;

/**
 * Receives changes on one connection per process and passes each to the pages that watch its project. After a lost
 * connection every page reads everything again.
 */
export class ChangeHub {
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #stopListening: () => Promise<void>;

  constructor(databaseUrl: string) {
    this.#stopListening = listen({
      url: databaseUrl,
      handlers: { overdue_changes: (payload) => this.#notify(payload) },
      onConnect: () => this.#notifyAll(),
    });
  }

  /** Calls `watcher` on every change in the project. Returns a function that ends it. */
  watch(projectId: string, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(projectId) ?? new Set();
    this.#watchers.set(projectId, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(projectId);
    };
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  #notify(payload: string): void {
    const { data: event } = LiveEvent.safeParse(parseJsonOrNull(payload));
    if (event === undefined) return;
    const { projectId, checkId } = event;
    for (const watcher of this.#watchers.get(projectId) ?? []) watcher({ checkId });
  }

  #notifyAll(): void {
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) watcher({ checkId: null });
    }
  }
}
