import { connect, type Socket } from "node:net";

import { readConfig } from "@overdue/config";
import { newSetupToken, openDb } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll, expect, test } from "vitest";

import { cookieOf, PASSWORD, read } from "../test/test-api.ts";
import { startServer } from "./server.ts";

const database = await testDatabase();
afterAll(() => database.drop());

/** All that arrives until the other side hangs up. */
async function textOf(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
  return text;
}

async function start(environment: Record<string, string> = {}) {
  const config = readConfig({
    DATABASE_URL: database.url,
    SECRET_KEY: "k".repeat(32),
    PORT: "0",
    ...environment,
  });
  const server = await startServer(config, pino({ level: "silent" }));
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

test("a stop closes open pages and frees the port", async () => {
  const { url, stop } = await start();
  const setupToken = await newSetupToken(openDb(database.pool));
  const signedUp = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ email: "ada@example.org", password: PASSWORD, setupToken }),
  });
  const headers = { cookie: cookieOf(signedUp) };
  const { projects } = await read<{ projects: { id: string }[] }>(await fetch(`${url}/v1/me`, { headers }));
  const page = await fetch(`${url}/v1/projects/${projects[0]?.id}/events`, { headers });
  expect(page.status).toBe(200);

  await Promise.all([stop(), page.text()]); // the stream ends, so its text is complete
  await expect(fetch(`${url}/health/live`)).rejects.toThrow("fetch failed");
});

test("a stop waits for the answer to what is under way", async () => {
  const { port, stop } = await start();
  const socket = connect(port, "127.0.0.1");
  const answered = textOf(socket);
  const head =
    "POST /v1/projects HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
  await new Promise((resolve) => socket.write(head, resolve));
  expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200); // by now the head has arrived too
  const stopped = stop();
  socket.write("{}");
  expect(await answered).toMatch(/^HTTP\/1\.1 401 /);
  await stopped;
});

test("it proves at once that it can receive, and knows who asks through a trusted proxy", async () => {
  const { url, stop } = await start({ TRUST_PROXY: "127.0.0.0/8" });
  await expect
    .poll(async () => (await database.pool.query("select 1 from receivers where ended_at is null")).count)
    .toBe(1);
  const ping = await fetch(`${url}/ping/01900000-0000-4000-8000-000000000000`);
  expect(ping.status).toBe(404);
  await stop();
  const rows = await database.pool.query("select 1 from receivers where ended_at is null");
  expect(rows).toEqual([]);
});

test.each([
  ["headers", `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["a request line", "nonsense\r\n\r\n", 400],
])("%s that no browser sends are cut off with %s", async (_, request, status) => {
  const { port, stop } = await start();
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  expect(await textOf(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await stop();
});
