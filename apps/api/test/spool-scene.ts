import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openPool } from "@overdue/db";
import { Hono } from "hono";
import { pino } from "pino";
import { onTestFinished } from "vitest";

import { createReceiver } from "../src/pings/receiver.ts";

/** A way to the database that can be closed. */
async function startGate(databaseUrl: string) {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const target = new URL(databaseUrl);
  const server = createServer((client) => {
    if (!isOpen) return void client.resetAndDestroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(address !== null && typeof address === "object" ? address.port : 0);
  const shut = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    shut();
    server.close();
  });
  return { url: url.href, shut, open: () => (isOpen = true) };
}

/** `databaseUrl`: of the database behind the gate. */
type Options = { databaseUrl: string; directory?: string; bytesMax?: number };

/** A directory for spools that is removed with the test. */
export function spoolDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A receiver behind a gate, with a spool; `beat` sends its heartbeat. */
export async function spoolScene({
  databaseUrl,
  directory = spoolDirectory(),
  bytesMax = 10_000_000,
}: Options) {
  const gate = await startGate(databaseUrl);
  const pool = openPool({ url: gate.url, max: 4, statementTimeoutMs: 2_000, name: "pings" });
  const addresses = () => ({ client: "203.0.113.7", shown: "203.0.113.7" });
  const receiver = createReceiver({
    pool,
    log: pino({ level: "silent" }),
    bodyBytesMax: 1_000,
    addresses,
    publicUrl: "http://overdue.test",
    spool: { directory, bytesMax },
  });
  const app = new Hono();
  app.all("/ping/*", (c) => receiver.ping(c, c.req.path.slice("/ping/".length)));
  const beat = () => receiver.ingest.heartbeat();
  const beats = setInterval(() => void beat(), 200);
  onTestFinished(async () => {
    clearInterval(beats);
    await pool.end();
  });
  const ping = async (path: string, body?: string) => {
    const response = await app.request(`/ping/${path}`, body === undefined ? {} : { method: "POST", body });
    return [response.status, await response.text()] as const;
  };
  return { gate, receiver, ping, beat, directory, app };
}
