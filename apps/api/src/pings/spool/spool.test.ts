import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openPool, type Pool } from "@overdue/db";
import { aCheck, testDatabase } from "@overdue/testkit";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";

import { pingsOf } from "../../../test/receiver.ts";
import { createReceiver } from "../receiver.ts";

const database = await testDatabase();
afterAll(database.drop);
const PATIENCE = { timeout: 20_000, interval: 50 };

/** A way to the database that can be closed. */
async function startGate() {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const target = new URL(database.url);
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
  const url = new URL(database.url);
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

type Options = { directory?: string; bytesMax?: number; pool?: Pool };

function spoolDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A receiver behind a gate, with a spool; `beat` sends its heartbeat. */
async function scene({ directory = spoolDirectory(), bytesMax = 10_000_000 }: Options = {}) {
  const gate = await startGate();
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

const filesIn = (directory: string) => readdirSync(directory).filter((name) => name.endsWith(".spool"));

test("pings of a time without a database are answered, and stored once each with their time of receipt", async () => {
  const { gate, ping, receiver } = await scene();
  const check = await aCheck(database.pool);
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  gate.shut();
  const before = Date.now();
  const answers = await Promise.all(["one", "two", "three"].map((body) => ping(check.pingUuid, body)));
  expect(answers).toEqual([
    [200, "OK"],
    [200, "OK"],
    [200, "OK"],
  ]);
  const after = Date.now();
  expect(receiver.kept().bytes).toBeGreaterThan(0);
  gate.open();
  await vi.waitFor(async () => expect(await pingsOf(database.pool, check)).toHaveLength(4), PATIENCE);
  await vi.waitFor(() => expect(receiver.kept().bytes).toBe(0), PATIENCE);
  const stored = await pingsOf(database.pool, check);
  expect(stored.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(
    stored
      .slice(1)
      .map(({ body }) => String(body))
      .toSorted(),
  ).toEqual(["one", "three", "two"]);
  for (const { received_at: at } of stored.slice(1) as unknown as { received_at: Date }[]) {
    expect(new Date(at).getTime()).toBeGreaterThanOrEqual(before);
    expect(new Date(at).getTime()).toBeLessThanOrEqual(after);
  }
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  expect(await pingsOf(database.pool, check)).toHaveLength(5);
});

test("a ping whose check nobody can look up is accepted, and stored if there is one", async () => {
  const { gate, ping } = await scene();
  const check = await aCheck(database.pool);
  gate.shut();
  expect(await ping(check.pingUuid)).toEqual([202, "Accepted"]);
  expect(await ping(randomUUID())).toEqual([202, "Accepted"]);
  gate.open();
  await vi.waitFor(async () => expect(await pingsOf(database.pool, check)).toHaveLength(1), PATIENCE);
  await vi.waitFor(async () => expect((await ping(randomUUID()))[0]).toBe(404), PATIENCE);
});

test("what a process left behind that was killed is stored by the next one, once, though it is found again and again", async () => {
  const directory = spoolDirectory();
  const first = await scene({ directory });
  const check = await aCheck(database.pool);
  first.gate.shut();
  await Promise.all(["a", "b"].map((body) => first.ping(check.pingUuid, body)));
  const [name = ""] = filesIn(directory);
  const content = readFileSync(join(directory, name));
  for (const number of [1, 2]) {
    // The last record was being written when the machine lost its power.
    writeFileSync(join(directory, `0-${number}.0.elsewhere.spool`), content);
    appendFileSync(join(directory, `0-${number}.0.elsewhere.spool`), content.subarray(0, content.length / 3));
  }
  const second = await scene({ directory });
  await vi.waitFor(() => expect(second.receiver.kept().bytes).toBe(0), PATIENCE);
  await vi.waitFor(async () => expect(await second.ping(check.pingUuid, "c")).toEqual([200, "OK"]), PATIENCE);
  const stored = await pingsOf(database.pool, check);
  expect(stored.map(({ body }) => String(body)).toSorted()).toEqual(["a", "b", "c"]);
});

test("beyond its limit the spool refuses pings, which their senders send again", async () => {
  const { gate, app } = await scene({ bytesMax: 3_000 });
  const check = await aCheck(database.pool);
  await app.request(`/ping/${check.pingUuid}`);
  gate.shut();
  const statuses: number[] = [];
  for (let count = 0; count < 12; count += 1)
    statuses.push(
      (await app.request(`/ping/${check.pingUuid}`, { method: "POST", body: "x".repeat(200) })).status,
    );
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const refused = await app.request(`/ping/${check.pingUuid}`, { method: "POST", body: "x".repeat(900) });
  expect(refused.headers.get("retry-after")).toBe("5");
  gate.open();
  const kept = statuses.filter((status) => status === 200).length;
  await vi.waitFor(
    async () => expect((await pingsOf(database.pool, check)).length).toBeGreaterThanOrEqual(kept + 1),
    PATIENCE,
  );
});

test("where the spool cannot be written, pings are refused as without one", async () => {
  const directory = spoolDirectory();
  writeFileSync(join(directory, "file"), "");
  chmodSync(directory, 0o700);
  const { gate, ping } = await scene({ directory: join(directory, "file") });
  const check = await aCheck(database.pool);
  gate.shut();
  expect((await ping(check.pingUuid))[0]).toBe(503);
  gate.open();
  await vi.waitFor(async () => expect(await ping(check.pingUuid)).toEqual([200, "OK"]), PATIENCE);
});
