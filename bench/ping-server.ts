import type { AddressInfo } from "node:net";

import { ALONE, openPool, recordPings } from "@overdue/db";
import { Hono } from "hono";
import { pino } from "pino";

import { createHttpServer } from "../apps/api/src/http/http-server.ts";
import { createReceiver } from "../apps/api/src/pings/receiver.ts";

/**
 * The product's own ping route beside what it is measured against: an empty route, and one transaction per ping with
 * the same fold and the same rows. Started by `ping.ts`, which reads the port it prints.
 */
const url = process.env["BENCH_DATABASE_URL"] ?? "";
const pool = openPool({ url, max: 8, name: "ping" });
// Without a limit on waiting: it is to be slow, not to fail.
const crowd = openPool({ url, max: 32, name: "crowd", acquireTimeoutMs: 60_000 });
const options = {
  log: pino({ level: "warn" }),
  bodyBytesMax: 100_000,
  clientAddress: () => "203.0.113.7",
  pingAddress: () => "203.0.113.7",
};
const receiver = createReceiver({ pool, ...options });
const oneByOne = createReceiver({ pool: crowd, ...options });
// The same path with a transaction for each ping instead of a shared one.
oneByOne.ingest.record = async (arrival) => {
  const [recorded] = await recordPings(crowd, [arrival], ALONE);
  return recorded ?? { kind: "unknown" };
};

const app = new Hono();
app.all("/empty/*", (c) => c.text("OK"));
app.all("/ping/*", (c) => receiver.ping(c, c.req.path.slice("/ping/".length)));
app.all("/each/*", (c) => oneByOne.ping(c, c.req.path.slice("/each/".length)));

const { server } = createHttpServer({ fetch: app.fetch, onUnreadable: () => undefined });
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.on("SIGTERM", () => {
  server.close();
  process.exit(0);
});
