import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { type PingKind, readPing } from "@overdue/core";
import type { Arrival, Recorded, Target } from "@overdue/db";
import type { Context } from "hono";

import type { Clock } from "./clock.ts";
import { type Ingest, Unavailable } from "./ingest.ts";
import { isLinkPreview } from "./link-previews.ts";
import { type PingUrl, readPingUrl } from "./ping-url.ts";
import { type KeptBody, readBody } from "./read-body.ts";

export type ReceiveOptions = {
  ingest: Pick<Ingest, "record">;
  clock: Clock;
  bodyBytesMax: number;
  /** Whether there is such a check; asked only for pings that are refused. */
  lookFor: (target: Target) => Promise<"one" | "none" | "several">;
  clientAddress: (c: Context) => string | null;
  /** The address to show with the ping; nothing is decided by it. */
  pingAddress: (c: Context) => string | null;
};

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };
const NEVER_CACHED = { "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private" };
const RETRY_AFTER_SECONDS = "5";
const USER_AGENT_CHARS = 200;
const METHOD_CHARS = 10;

/** Answers one ping; `path` is what follows `/ping/`. The texts are those that Healthchecks' clients know. */
export function pingReceiver(options: ReceiveOptions) {
  return async (c: Context, path: string): Promise<Response> => {
    if (isPreflight(c)) return preflight();
    const url = readPingUrl(path, new URL(c.req.url).searchParams);
    if (url.kind === "no such page") return notFound();
    if (url.kind === "bad slug") return text(400, "invalid url format");
    try {
      if (url.kind === "malformed") return await refused(url, options);
      return await received(c, url, options);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return text(503, "not stored, please try again", { "Retry-After": RETRY_AFTER_SECONDS });
    }
  };
}

function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
}

function preflight(): Response {
  const headers = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "600",
  };
  return new Response(null, { status: 204, headers });
}

async function refused(
  url: Extract<PingUrl, { kind: "malformed" }>,
  { lookFor }: ReceiveOptions,
): Promise<Response> {
  switch (await lookFor(url.target)) {
    case "one":
      return text(400, url.problem);
    case "several":
      return ambiguous();
    case "none":
      return notFound();
  }
}

async function received(
  c: Context,
  url: Extract<PingUrl, { kind: "ping" }>,
  options: ReceiveOptions,
): Promise<Response> {
  const body = await readBody(bodyOf(c), options.bodyBytesMax);
  const recorded = await options.ingest.record(arrivalOf(c, { url, body, options }));
  return answer(recorded, body, options.bodyBytesMax);
}

/** Node's own stream where there is one: it costs a third of a web stream. */
function bodyOf(c: Context) {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (incoming === undefined) return c.req.raw.body;
  const { "content-length": length, "transfer-encoding": encoding } = incoming.headers;
  return (length === undefined || length === "0") && encoding === undefined ? null : incoming;
}

function arrivalOf(
  c: Context,
  {
    url,
    body,
    options,
  }: { url: Extract<PingUrl, { kind: "ping" }>; body: KeptBody; options: ReceiveOptions },
): Arrival {
  const userAgent = (c.req.header("User-Agent") ?? "").slice(0, USER_AGENT_CHARS);
  const preview = isLinkPreview(userAgent);
  const host = options.clientAddress(c);
  const method = c.req.method.slice(0, METHOD_CHARS);
  const { exitStatus, rid, target } = url;
  const kind: PingKind = preview ? "ignored" : url.action;
  return {
    target,
    host,
    digest:
      body.kept === null ? null : createHash("sha256").update(body.kept).digest("base64url").slice(0, 22),
    read: (reading) =>
      readPing(reading, { kind, method, exitStatus, text: () => body.kept?.toString("utf8") ?? "" }),
    record: {
      id: randomUUID(),
      receivedAt: options.clock.now(),
      rid,
      exitStatus,
      scheme: c.req.header("X-Forwarded-Proto") === "https" ? "https" : "http",
      method,
      remoteAddress: options.pingAddress(c),
      userAgent,
      body: body.kept,
      bodyBytes: body.bytes,
      note: preview ? "link-preview" : null,
    },
  };
}

function answer(recorded: Recorded, body: KeptBody, bodyBytesMax: number): Response {
  switch (recorded.kind) {
    case "unknown":
      return notFound();
    case "ambiguous":
      return ambiguous();
    case "recorded":
      return text(recorded.created ? 201 : 200, recorded.created ? "Created" : "OK", {
        "Access-Control-Allow-Origin": "*",
        "Ping-Body-Limit": String(bodyBytesMax),
        Expires: new Date().toUTCString(),
        ...(body.complete ? {} : { Connection: "close" }),
      });
  }
}

function notFound(): Response {
  return text(404, "not found");
}

function ambiguous(): Response {
  return text(409, "ambiguous slug");
}

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: { ...TEXT, ...NEVER_CACHED, "X-Robots-Tag": "noindex", ...headers },
  });
}
