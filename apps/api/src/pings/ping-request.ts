import type { IncomingMessage, ServerResponse } from "node:http";

import type { Context } from "hono";

import { type PingAnswer, writeAnswer } from "./answers.ts";
import type { readBody } from "./read-body.ts";

/** The parts of a request that a ping needs, however the request arrived. */
export type PingRequest = {
  method: string;
  /** The URL from its path on. */
  target: string;
  query: URLSearchParams;
  /** `name` in lower case. */
  header: (name: string) => string | undefined;
  socketAddress: string | undefined;
  body: Parameters<typeof readBody>[0];
};

/** Reads a ping that came through the application's routes. */
export function pingRequest(c: Context): PingRequest {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  const { searchParams, pathname, search } = new URL(c.req.url);
  return {
    method: c.req.method,
    target: `${pathname}${search}`,
    query: searchParams,
    header: (name) => c.req.header(name),
    socketAddress: incoming?.socket.remoteAddress,
    // Node's own stream where there is one: it costs a third of a web stream.
    body: incoming === undefined ? c.req.raw.body : bodyOf(incoming),
  };
}

/** The usual form of a ping's URL, without escaped characters; any other goes through the application's routes. */
const USUAL_TARGET = /^\/ping\/([-\w/]+)(?:\?([!$-&(-;=?-~]*))?$/;
const NO_QUERY = new URLSearchParams();

/**
 * Creates a handler that answers the usual forms of pings straight from Node's server, and returns whether the request was
 * one: the framework's work for a request costs three times as much as the ping's own.
 */
export function directPings(
  answer: (request: PingRequest, path: string) => Promise<PingAnswer>,
  notPings: ReadonlySet<string>,
) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): boolean => {
    const target = incoming.url ?? "";
    const [, path, query] = USUAL_TARGET.exec(target) ?? [];
    if (path === undefined || notPings.has(target)) return false;
    const { method = "GET", headers, socket } = incoming;
    const request: PingRequest = {
      method,
      target,
      query: query === undefined ? NO_QUERY : new URLSearchParams(query),
      header: (name) => headers[name]?.toString(),
      socketAddress: socket.remoteAddress,
      body: bodyOf(incoming),
    };
    void answer(request, path).then((given) => writeAnswer(given, outgoing));
    return true;
  };
}

/** The stream of a request's body; null where it has none. */
function bodyOf(incoming: IncomingMessage): IncomingMessage | null {
  const { "content-length": length, "transfer-encoding": encoding } = incoming.headers;
  return (length === undefined || length === "0") && encoding === undefined ? null : incoming;
}
