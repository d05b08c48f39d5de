import { readConfig } from "@overdue/config";
import { keyringOf, openDb } from "@overdue/db";
import { freePort } from "@overdue/postgres";
import { testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll } from "vitest";

import { startServer } from "../../src/server.ts";

const SECRET = "k".repeat(32);

/** The api process on a port of this machine, on which a proxy is believed. */
export async function serveOverHttp(environment: Record<string, string> = {}) {
  const database = await testDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = readConfig({
    DATABASE_URL: database.url,
    SECRET_KEY: SECRET,
    PORT: String(port),
    PUBLIC_URL: url,
    PING_BODY_LIMIT: "10000",
    METRICS_TOKEN: "let-me-measure",
    ...environment,
  });
  const server = await startServer(config, pino({ level: "silent" }));
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });
  return { url, db: openDb(database.pool), keyring: keyringOf([SECRET]) };
}

export type Served = Awaited<ReturnType<typeof serveOverHttp>>;
