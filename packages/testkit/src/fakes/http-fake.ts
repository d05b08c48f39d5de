import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it was received. */
export type FakeRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  receivedAt: number;
};

/**
 * The reaction to a request: a response, optionally delayed; "hang": no response; "drop": the fake reads the request and breaks
 * the connection, so that the sender cannot know whether it arrived.
 */
export type Fault =
  | { status: number; body?: string; headers?: Record<string, string>; delayMs?: number }
  | "hang"
  | "drop";

export type HttpFake = { url: string; port: number; close: () => Promise<void> };

/** Starts a real server on a free loopback port. `handle` gets whole requests. */
export async function startHttpFake(
  handle: (request: FakeRequest, answer: (fault: Fault) => void) => void,
): Promise<HttpFake> {
  const listener: RequestListener = (incoming, response) => {
    void readRequest(incoming).then(
      (request) => handle(request, (fault) => perform(fault, response)),
      () => response.destroy(), // the client broke the request off
    );
  };
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a listening TCP server always has one
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, port, close };
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString("utf8"),
    receivedAt: Date.now(),
  };
}

function perform(fault: Fault, response: ServerResponse): void {
  if (fault === "hang") return;
  if (fault === "drop") {
    response.destroy();
    return;
  }
  const answer = () => response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
  if (fault.delayMs === undefined) answer();
  else setTimeout(answer, fault.delayMs).unref();
}
