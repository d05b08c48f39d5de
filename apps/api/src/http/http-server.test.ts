import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { createReceiver } from "../pings/receiver.ts";
import { createHttpServer } from "./http-server.ts";

const LIMIT = 1_000;
const BODY_TIME_MS = 1_500;
const database = await testDatabase();
const { pool } = database;
const receiver = createReceiver({
  pool,
  log: pino({ level: "silent" }),
  bodyBytesMax: LIMIT,
  bodyTimeMs: BODY_TIME_MS,
  addresses: () => ({ client: "203.0.113.7", shown: "203.0.113.7" }),
  publicUrl: "https://overdue.test",
});
const app = new Hono();
app.all("/ping/*", (c) => receiver.ping(c, c.req.path.slice("/ping/".length)));
app.post("/echo", async (c) => c.text(`read ${(await c.req.text()).length}`));
const { server } = createHttpServer({
  fetch: app.fetch,
  direct: receiver.direct,
  onUnreadable: receiver.unreadable,
  firstRequestTimes: { headMs: 5_000, bodyBeginsMs: 200, bodyPausesMs: 300 },
});
const port = await listening(server);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await receiver.stop();
  await database.drop();
});

async function listening(on: Server): Promise<number> {
  on.listen(0, "127.0.0.1");
  await once(on, "listening");
  return (on.address() as AddressInfo).port;
}

type Sending = { closeHalf?: boolean; destroy?: boolean };

/** Writes the parts one after the other, as separate packets, and answers all that comes back. */
async function send(
  parts: readonly (string | Buffer)[],
  { closeHalf = false, destroy = false }: Sending = {},
) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  for (const part of parts) {
    await new Promise<void>((written) =>
      socket.write(Buffer.from(part as string, "latin1"), () => written()),
    );
    await new Promise((turn) => setImmediate(turn));
  }
  if (destroy) socket.destroy();
  if (closeHalf) socket.end();
  socket.on("end", () => socket.end());
  await closed;
  return answer;
}

async function pingsOf(check: { id: string }) {
  const rows = await pool.query<{
    kind: string;
    method: string;
    body: Buffer | null;
    bytes: number;
    note: string;
  }>("select kind, method, body, body_bytes as bytes, note from pings where check_id = $1 order by number", [
    check.id,
  ]);
  return rows.map(({ body, ...row }) => ({ ...row, body: body?.toString() ?? null }));
}

const status = (answer: string) => answer.slice(0, answer.indexOf("\r\n"));
const OK = "HTTP/1.1 200 OK";

test.each([
  ["HTTP/1.0 without Host", "GET {path} HTTP/1.0\r\n\r\n"],
  ["HTTP/1.0 POST without Host", "POST {path} HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"],
  ["an empty Host", "GET {path} HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"],
  ["a Host with spaces", "GET {path} HTTP/1.1\r\nHost: a b c\r\nConnection: close\r\n\r\n"],
  [
    "a Host with an impossible port",
    "GET {path} HTTP/1.1\r\nHost: foo_bar:99999\r\nConnection: close\r\n\r\n",
  ],
  ["a Host that is half an IPv6 address", "GET {path} HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n"],
  ["a Host with a path", "GET {path} HTTP/1.1\r\nHost: http://x/y\r\nConnection: close\r\n\r\n"],
  [
    "raw UTF-8 in the query",
    "GET {path}?note=Gr\xC3\xB6\xC3\x9Fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  ],
  ["raw latin1 in the query", "GET {path}?note=Gr\xF6\xDFe HTTP/1.0\r\n\r\n"],
  [
    "spaces in the query",
    "GET {path}?note=disk nearly full HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  ],
  ["a tab in the query", "GET {path}?note=a\tb HTTP/1.0\r\n\r\n"],
  ["more than one space between the parts", "GET  {path}  HTTP/1.0\r\n\r\n"],
  ["line feeds alone", "GET {path} HTTP/1.0\nUser-Agent: probe\n\n"],
  ["a slash too many before ping", "GET /{path} HTTP/1.0\r\n\r\n"],
])("a ping with %s counts", async (_, request) => {
  const check = await aCheck(pool);
  const answer = await send([request.replace("{path}", `/ping/${check.pingUuid}`)]);
  expect(status(answer)).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "success" }]);
});

test("a head that comes in many small packets is put right as well", async () => {
  const check = await aCheck(pool);
  const head = `GET /ping/${check.pingUuid}/start?note=Gr\xC3\xB6\xC3\x9Fe HTTP/1.0\r\nUser-Agent: probe\r\n\r\n`;
  expect(status(await send(head.match(/.{1,7}/gs) ?? []))).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "start" }]);
});

test.each([
  ["no Host in HTTP/1.1", "GET /ping/x HTTP/1.1\r\n\r\n"],
  ["something that is no request", "nonsense\r\n\r\n"],
])("%s stays a bad request", async (_, request) => {
  expect(status(await send([request]))).toBe("HTTP/1.1 400 Bad Request");
});

test.each([
  ["GET {path} HTTP/1.0\r\n\r\n"],
  ["GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"],
  ["POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
])("a client that closes its half after %j is answered", async (request) => {
  const check = await aCheck(pool);
  const answer = await send([request.replace("{path}", `/ping/${check.pingUuid}`)], { closeHalf: true });
  expect(status(answer)).toBe(OK);
  expect(answer).toMatch(/\r\nOK$/);
  expect(await pingsOf(check)).toHaveLength(1);
});

test.each([
  ["and closes its half", ["hello", " world"], { closeHalf: true }, "hello world"],
  ["and waits for the answer", ["hello"], {}, "hello"],
  ["in the packet of the head and waits", [], {}, "at once"],
])("HTTP/1.0 may send a body without a length %s", async (_, parts, how, body) => {
  const check = await aCheck(pool);
  const head = `POST /ping/${check.pingUuid} HTTP/1.0\r\n\r\n${parts.length === 0 ? "at once" : ""}`;
  expect(status(await send([head, ...parts], how))).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "success", body }]);
});

test("an HTTP/1.0 POST that has neither length nor body is answered", async () => {
  const check = await aCheck(pool);
  expect(status(await send([`POST /ping/${check.pingUuid}/fail HTTP/1.0\r\n\r\n`]))).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail", body: null }]);
});

test.each(["", "/fail", "/start", "/log", "/3"])(
  "a ping to …%s whose connection breaks in the middle of its body counts with what came",
  async (action) => {
    const check = await aCheck(pool);
    const head = `POST /ping/${check.pingUuid}${action} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n`;
    await send([head, "disk full"], { destroy: true });
    await expect
      .poll(() => pingsOf(check))
      .toMatchObject([{ body: "disk full", bytes: 9, note: "body-broken-off" }]);
  },
);

test("a client that closes its half in the middle of its body is answered, and its ping counts", async () => {
  const check = await aCheck(pool);
  const head = `POST /ping/${check.pingUuid}/fail HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n`;
  expect(status(await send([head, "disk full"], { closeHalf: true }))).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail", body: "disk full", note: "body-broken-off" }]);
});

test("any other request that breaks off in the middle is not taken for whole", async () => {
  const answer = await send(["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{}"], {
    closeHalf: true,
  });
  expect(status(answer)).toBe("HTTP/1.1 400 Bad Request");
});

test("a body that takes too long counts with what came, and the connection goes on", async () => {
  const check = await aCheck(pool);
  const head = `POST /ping/${check.pingUuid}/fail HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n`;
  const socket = connect({ port, host: "127.0.0.1" });
  let answer = "";
  const answered = new Promise<void>((resolve) =>
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      if (answer.endsWith("OK")) resolve();
    }),
  );
  socket.write(`${head}first`);
  await answered;
  expect(status(answer)).toBe(OK);
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail", body: "first", note: "body-too-slow" }]);
  // What it still sends is read and dropped, and its next request is a request.
  const ended = once(socket, "end");
  socket.write(` laterGET /ping/${check.pingUuid} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await ended;
  expect(await pingsOf(check)).toHaveLength(2);
});

test.each([
  [
    "with a length",
    (path: string, body: Buffer) => [
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    ],
  ],
  [
    "in chunks",
    (path: string, body: Buffer) => [
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`,
      body,
      "\r\n0\r\n\r\n",
    ],
  ],
  [
    "after Expect: 100-continue",
    (path: string, body: Buffer) => [
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    ],
  ],
])("a body of 30 MB %s is cut, counted and answered", async (_, requestOf) => {
  const check = await aCheck(pool);
  const body = Buffer.alloc(30_000_000, "x");
  body.write("first line\n");
  body.write("\nFATAL: disk full", body.length - 17);
  const answer = await send(requestOf(`/ping/${check.pingUuid}/fail`, body));
  expect(answer).toContain(OK);
  const [ping] = await pingsOf(check);
  expect(ping).toMatchObject({ kind: "fail", bytes: 30_000_000 });
  expect(ping?.body?.length).toBe(2 * LIMIT);
  expect(ping?.body).toMatch(/^first line\nx.*\nFATAL: disk full$/s);
});

test("a request that cannot be read is on record for the project whose ping it would have been", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const request = `GET /ping/${pingKey}/nightly HTTP/1.1\r\nHost: x\r\nno header at all\r\n\r\n`;
  expect(status(await send([request]))).toBe("HTTP/1.1 400 Bad Request");
  await receiver.refusals.store();
  const rows = await pool.query("select reason, asked, method from refused_pings where project_id = $1", [
    projectId,
  ]);
  expect(rows).toEqual([{ reason: "malformed-request", asked: "/nightly", method: "GET" }]);
});
