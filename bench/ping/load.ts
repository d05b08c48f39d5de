import { connect } from "node:net";

/** What to request: all connections together request `paths` one after the other, again and again. */
export type Load = {
  port: number;
  paths: readonly string[];
  connections: number;
  seconds: number;
  /** Each request has its own connection. */
  isReconnecting?: boolean;
};
/** `p50` and `p99`: of the requests that succeeded, in milliseconds. */
export type Answers = { succeeded: number; failed: number; perSecond: number; p50: number; p99: number };

type Asking = { next: () => string; took: number[]; failed: number; until: number; port: number };

/**
 * Sends requests as fast as the server answers. It replaces autocannon, which parses HTTP in JavaScript and so needs as much CPU
 * as the server that it measures, and which counts nothing if each request has its own connection.
 */
export async function ask({
  port,
  paths,
  connections,
  seconds,
  isReconnecting = false,
}: Load): Promise<Answers> {
  let asked = 0;
  const begun = performance.now();
  const asking: Asking = {
    next: () => paths[asked++ % paths.length] ?? "/",
    took: [],
    failed: 0,
    until: begun + seconds * 1_000,
    port,
  };
  const client = isReconnecting ? reconnectingClient : persistentClient;
  await Promise.all(Array.from({ length: connections }, () => client(asking)));
  const lasted = (performance.now() - begun) / 1_000;
  const sorted = asking.took.toSorted((one, other) => one - other);
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return {
    succeeded: sorted.length,
    failed: asking.failed,
    perSecond: sorted.length / lasted,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}

async function persistentClient(asking: Asking): Promise<void> {
  while (performance.now() < asking.until) await converse(asking, true);
}

async function reconnectingClient(asking: Asking): Promise<void> {
  while (performance.now() < asking.until) await converse(asking, false);
}

/** Sends requests over one connection until the time is over, or just one. Resolves when the connection is closed. */
function converse(asking: Asking, isKept: boolean): Promise<void> {
  const head = `HTTP/1.1\r\nHost: 127.0.0.1:${asking.port}\r\n${isKept ? "" : "Connection: close\r\n"}\r\n`;
  return new Promise((resolve) => {
    // The time of the first request includes the time to connect.
    let begun = performance.now();
    let received = "";
    let isWaiting = true;
    const socket = connect({ port: asking.port, host: "127.0.0.1", noDelay: true });
    const send = () => {
      isWaiting = true;
      socket.write(`GET ${asking.next()} ${head}`);
    };
    socket.once("connect", send);
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      if (!isWhole(received)) return;
      isWaiting = false;
      if (received.startsWith("HTTP/1.1 2")) asking.took.push(performance.now() - begun);
      else asking.failed += 1;
      received = "";
      if (!isKept || performance.now() >= asking.until) return void socket.end();
      begun = performance.now();
      send();
    });
    socket.once("error", () => undefined);
    socket.once("close", () => {
      if (isWaiting) asking.failed += 1;
      resolve();
    });
  });
}

/** Whether a response is complete: the server sends its length, or sends it in chunks. */
function isWhole(received: string): boolean {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /content-length: (\d+)/i.exec(received.slice(0, head))?.[1];
  return length === undefined ? received.endsWith("0\r\n\r\n") : received.length >= head + 4 + Number(length);
}
