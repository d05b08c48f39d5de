import type { Pool } from "@overdue/db";
import { Hono } from "hono";
import { pino } from "pino";

import { createReceiver, HEARTBEAT_PATH } from "../src/pings/receiver.ts";

/** A receiver of pings on a database, with nothing else of the application around it. */
export function receiverOn(on: Pool, bodyBytesMax: number) {
  const addresses = () => ({ client: "203.0.113.7", shown: "203.0.113.7" });
  const receiver = createReceiver({
    pool: on,
    log: pino({ level: "silent" }),
    bodyBytesMax,
    addresses,
    publicUrl: "http://overdue.test",
  });
  const app = new Hono();
  app.post(HEARTBEAT_PATH, (c) => receiver.heartbeat(c));
  app.all("/ping/*", (c) => receiver.ping(c, c.req.path.slice("/ping/".length)));
  return { app, receiver };
}

export type StoredPing = {
  number: number;
  repeats: number;
  kind: string;
  note: string | null;
  body: Buffer | null;
  body_bytes: number;
  user_agent: string;
};

export async function pingsOf(pool: Pool, check: { id: string }): Promise<StoredPing[]> {
  const rows = await pool.query<StoredPing>("select * from pings where check_id = $1 order by number", [
    check.id,
  ]);
  return rows;
}
