import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { getRequestListener } from "@hono/node-server";

import { FIRST_REQUEST_TIMES, type FirstRequestTimes, readFirstRequest, targetIn } from "./first-request.ts";

type Fetch = Parameters<typeof getRequestListener>[0];

/** A request that could not be read. */
export type UnreadableRequest = { method: string; target: string; remoteAddress: string | null };

export type HttpServerOptions = {
  fetch: Fetch;
  /** Answers some requests before the application does; returns whether it did so. */
  direct?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;
  /** Called for a malformed request whose first line could be read. */
  onUnreadable: (request: UnreadableRequest) => void;
  firstRequestTimes?: FirstRequestTimes;
};

// Slow clients are cut off. A ping whose body is too slow is counted some seconds before `requestTimeout`.
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
};

/** Emitted on a request whose body breaks off: the connection ended, or the rest cannot be parsed. */
export const BROKEN_OFF = "broken-off";

/** Replaces a Host header that is missing (HTTP/1.0 has none) or is no host name. */
const NO_HOST = "invalid";
const USUAL_HOST = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const PORT_MAX = 65_535;

/**
 * Creates Node's HTTP server so that it accepts what small devices, old programs and simple scripts send: a half-closed
 * connection gets its answer, a missing or odd Host is no reason to refuse, and the head of a first request is repaired if
 * Node's parser would refuse it.
 */
export function createHttpServer(options: HttpServerOptions): { server: Server; closeWaiting: () => void } {
  const listener = getRequestListener(options.fetch, { autoCleanupIncoming: false });
  const underWay = new WeakMap<object, { incoming: IncomingMessage; outgoing: ServerResponse }>();
  const server = createServer(SERVER_OPTIONS, (incoming: IncomingMessage, outgoing: ServerResponse) => {
    incoming.headers.host = usableHost(incoming.headers.host);
    if (incoming.url?.startsWith("//")) incoming.url = incoming.url.replace(/^\/+(?=ping\/)/, "/");
    underWay.set(incoming.socket, { incoming, outgoing });
    if (options.direct?.(incoming, outgoing) !== true) void listener(incoming, outgoing);
  });
  // Node does not document this option, but has always had it: without it a half-closed connection gets no answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("clientError", (error: ClientError, socket: Duplex) => {
    const current = underWay.get(socket);
    if (current !== undefined && !current.outgoing.writableEnded) {
      // The request that was read is still answered, as the last one on this connection.
      current.outgoing.shouldKeepAlive = false;
      // A ping handler that is reading the body listens, and answers with what has come. If nobody listens, it is refused below.
      if (current.incoming.complete || current.incoming.emit(BROKEN_OFF)) return;
      if (current.outgoing.headersSent) return void socket.destroy();
    }
    const request = error.rawPacket === undefined ? null : targetIn(error.rawPacket);
    if (request !== null)
      options.onUnreadable({ ...request, remoteAddress: (socket as Socket).remoteAddress ?? null });
    refuse(socket, error.code ?? "");
  });
  const closeWaiting = readFirstRequests(server, {
    times: options.firstRequestTimes ?? FIRST_REQUEST_TIMES,
    onEnd: (socket) => {
      // A closed page no longer reads its stream of events, which would not end by itself.
      if (underWay.get(socket)?.incoming.headers.accept === "text/event-stream") socket.destroy();
    },
  });
  return { server, closeWaiting };
}

/** Reads first requests with `readFirstRequest`. Returns a function that ends the connections on which nothing has come yet. */
function readFirstRequests(
  server: Server,
  { times, onEnd }: { times: FirstRequestTimes; onEnd: (socket: Socket) => void },
): () => void {
  const parse = server.listeners("connection") as ((this: Server, socket: Duplex) => void)[];
  const waiting = new Set<Socket>();
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    waiting.add(socket);
    socket.once("close", () => waiting.delete(socket));
    socket.once("end", () => onEnd(socket));
    readFirstRequest(socket, {
      times,
      next: (stream) => {
        waiting.delete(socket);
        for (const each of parse) each.call(server, stream);
      },
    });
  });
  return () => {
    for (const socket of waiting) if (socket.bytesRead === 0) socket.destroy();
  };
}

type ClientError = Error & { code?: string; rawPacket?: Buffer };

const STATUSES: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function refuse(socket: Duplex, code: string): void {
  const text = "This request cannot be read as HTTP.\n";
  const head = `HTTP/1.1 ${STATUSES[code] ?? "400 Bad Request"}\r\nConnection: close\r\nContent-Type: text/plain\r\n`;
  if (!socket.writable) return void socket.destroy();
  socket.end(`${head}Content-Length: ${text.length}\r\n\r\n${text}`, () => socket.destroy());
}

function usableHost(host: string | undefined): string {
  if (host === undefined || !USUAL_HOST.test(host)) return NO_HOST;
  const port = /:(\d+)$/.exec(host)?.[1];
  return port !== undefined && Number(port) > PORT_MAX ? NO_HOST : host;
}
