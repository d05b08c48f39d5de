import type { AddressInfo } from "node:net";

import { ALONE, openPool, recordPings } from "@overdue/db";
import { Hono } from "hono";
import { pino } from "pino";

import { createHttpServer } from "../../apps/api/src/http/http-server.ts";
import { createReceiver } from "../../apps/api/src/pings/receiver.ts";

/**
 * What the product's pings are compared to: an empty route, and one transaction per ping with the same fold and the same rows,
 * on the product's own database. `bench/ping.ts` starts it and reads the port that it prints.
 */
const url = process.env["BENCH_DATABASE_URL"] ?? "";
// Requests wait long for a connection, because this route should be slow, not fail.
const pool = openPool({ url, max: 32, name: "bench", acquireTimeoutMs: 60_000 });
const oneByOne = createReceiver({
  pool,
  log: pino({ level: "warn" }),
  bodyBytesMax: 100_000,
  addresses: () => ({ client: "203.0.113.7", shown: "203.0.113.7" }),
  publicUrl: "http://127.0.0.1",
});
oneByOne.ingest.record = async (arrival) => {
  const [recorded] = await recordPings(pool, [arrival], ALONE);
  return recorded ?? { kind: "unknown" };
};

const app = new Hono();
app.all("/empty/*", (c) => c.text("OK"));
app.all("/each/*", (c) => oneByOne.ping(c, c.req.path.slice("/each/".length)));

const { server } = createHttpServer({ fetch: app.fetch, onUnreadable: () => undefined });
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.on("SIGTERM", () => process.exit(0));
