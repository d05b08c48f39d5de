import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { findMailTarget, type PingTarget } from "@overdue/db";
import { aCheck, type SceneCheck, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { TooHeavy, WorkerPool } from "../../workers/worker-pool.ts";
import { createClock } from "../clock.ts";
import { Ingest } from "../ingest.ts";
import { type MailReceiver, type MailReceiverOptions, startMailReceiver } from "./mail-receiver.ts";

const DOMAIN = "ping.example.org";
const database = await testDatabase();
const { pool } = database;
const clock = createClock();
const log = pino({ level: "silent" });
const ingest = new Ingest({ pool, receiverId: randomUUID(), clock, log });
const workers = new WorkerPool({
  threads: 1,
  taskMsMax: 60_000,
  heapMegabytesMax: 128,
  waitingMax: 100,
  waitingPerOwnerMax: 100,
});
const findTarget = (target: PingTarget) => findMailTarget(pool, target);
const options: MailReceiverOptions = {
  domain: DOMAIN,
  ingest,
  clock,
  log,
  bodyBytesMax: 2_000,
  bounces: null,
  findTarget,
  workers,
};
const receiver = await startMailReceiver(options, { host: "127.0.0.1", port: 0 });
afterAll(async () => {
  await receiver.stop();
  await workers.close();
  await database.drop();
});

const KEYWORDS = { filterBody: true, failureKeywords: "FATAL", successKeywords: "OK" };

test("QUIT and the end of the connection right behind a message: it is answered, and counted once", async () => {
  const check = await aCheck(pool);
  const smtp = await atData(check);
  smtp.socket.end("Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n"); // as Exim does
  expect(await smtp.rest()).toMatch(/^250 [\s\S]*221 /);
  expect(await kindsOf(check)).toEqual(["success"]);
});

test("the end of the connection right behind a message, without QUIT: it is answered, and then closed", async () => {
  const check = await aCheck(pool);
  const smtp = await atData(check);
  smtp.socket.end("Subject: x\r\n\r\nhi\r\n.\r\n");
  expect(await smtp.rest()).toMatch(/^250 /);
  expect(await kindsOf(check)).toEqual(["success"]);
});

test("every command at once, and then the end of the connection", async () => {
  const check = await aCheck(pool);
  const smtp = await hello();
  smtp.socket.end(`${envelopeOf(check)}DATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n`);
  expect(await smtp.rest()).toMatch(/354 [\s\S]*250 [\s\S]*221 /);
  expect(await kindsOf(check)).toEqual(["success"]);
});

test.each([
  ["by its Message-ID", "Message-ID: <1@job.example.org>\r\nDate: Sat, 28 Nov 2026 10:00:00 +0000\r\n"],
  [
    "by the id of the server before us",
    "Received: from job by mx.example.org with local id 1rAbCd-000123-XY\r\n",
  ],
])(
  "a message that is sent again is known %s, also with a line more in its header, and is not a second ping",
  async (_, header) => {
    const check = await aCheck(pool);
    expect(await send(check, `${header}Subject: done\r\n\r\nhi`)).toMatch(/^250 /);
    expect(await send(check, `X-Via: backup\r\n${header}Subject: done\r\n\r\nhi`)).toMatch(/^250 /);
    expect(await kindsOf(check)).toEqual(["success"]);
  },
);

test("the same message to another check is a ping of that one", async () => {
  const [one, other] = [await aCheck(pool), await aCheck(pool)];
  for (const check of [one, other, one]) await send(check, "Message-ID: <2@job.example.org>\r\n\r\nhi");
  expect([await kindsOf(one), await kindsOf(other)]).toEqual([["success"], ["success"]]);
});

test("a message that is sent twice at once counts once", async () => {
  const check = await aCheck(pool);
  const answers = await Promise.all(
    [1, 2, 3].map(() => send(check, "Message-ID: <3@job.example.org>\r\n\r\nhi")),
  );
  for (const answer of answers) expect(answer).toMatch(/^250 /);
  expect(await kindsOf(check)).toEqual(["success"]);
});

test.each([
  ["says something else", "Message-ID: <4@x>\r\n\r\nstarted", "Message-ID: <4@x>\r\n\r\ndone"],
  [
    "has another date",
    "Message-ID: <5@x>\r\nDate: Sat, 28 Nov 2026 10:00:00 +0000\r\n\r\nhi",
    "Message-ID: <5@x>\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\n\r\nhi",
  ],
  ["has no id", "Subject: done\r\n\r\nhi", "Subject: done\r\n\r\nhi"],
])("a message that %s is a ping of its own", async (_, first, second) => {
  const check = await aCheck(pool);
  await send(check, first);
  await send(check, second);
  expect(await kindsOf(check)).toEqual(["success", "success"]);
});

test("a message that could not be stored counts when it is sent again", async () => {
  const check = await aCheck(pool, { details: { slug: "x" } });
  const mail = "Message-ID: <6@job.example.org>\r\n\r\nhi";
  const away = { record: () => Promise.reject(new Error("away")) };
  const answer = await whileOpen({ ...options, ingest: away }, (there) => send(check, mail, there));
  expect(answer).toMatch(/^451 /);
  expect(await send(check, mail)).toMatch(/^250 /);
  expect(await kindsOf(check)).toEqual(["success"]);
});

test.each<[string, (socket: Socket) => void]>([
  ["is reset", (socket) => socket.resetAndDestroy()],
  ["ends", (socket) => socket.end()],
])(
  "a message whose connection %s in the middle is no ping, and one when it is sent again",
  async (_, breakOff) => {
    const check = await aCheck(pool);
    const mail = "Message-ID: <7@job.example.org>\r\n\r\nhi";
    const smtp = await atData(check);
    await new Promise((resolve) => smtp.socket.write(mail, resolve));
    breakOff(smtp.socket);
    expect(await smtp.rest().catch(() => "")).toBe("");
    expect(await kindsOf(check)).toEqual([]);
    await send(check, mail);
    expect(await kindsOf(check)).toEqual(["success"]);
  },
);

test("a mail of forty megabytes is counted, and its keyword is found at its end", async () => {
  const check = await aCheck(pool, { details: KEYWORDS });
  const line = `${"x".repeat(998)}\r\n`;
  const answer = await send(check, `Subject: log\r\n\r\n${line.repeat(40_000)}FATAL: disk full`);
  expect(answer).toMatch(/^250 /);
  expect(await kindsOf(check)).toEqual(["fail"]);
  const rows = await pool.query("select body_bytes from pings where check_id = $1", [check.id]);
  expect(rows[0]).toMatchObject({ body_bytes: expect.toSatisfy((bytes) => Number(bytes) > 40_000_000) });
});

test("a long mail in base64 is cut between two lines, so that both ends can be read", async () => {
  const check = await aCheck(pool, { details: KEYWORDS });
  const text = `${"all is well\n".repeat(50_000)}FATAL: disk full\n`;
  const lines =
    Buffer.from(text)
      .toString("base64")
      .match(/.{1,76}/g) ?? [];
  await send(check, `Content-Transfer-Encoding: base64\r\n\r\n${lines.join("\r\n")}`);
  expect(await kindsOf(check)).toEqual(["fail"]);
});

test("a mail that takes too long to take apart counts, and its keyword is found in plain words", async () => {
  const check = await aCheck(pool, { details: KEYWORDS });
  const heavy = { run: () => Promise.reject(new TooHeavy("too much")) };
  await whileOpen({ ...options, workers: heavy }, (there) =>
    send(check, "Subject: x\r\n\r\nFATAL: no", there),
  );
  expect(await kindsOf(check)).toEqual(["fail"]);
});

test("a mail is taken apart only where its check looks into it, and no further than that", async () => {
  const asked: unknown[] = [];
  const noting = {
    run: (...task: Parameters<WorkerPool["run"]>) => (asked.push(task[1]), workers.run(...task)),
  };
  const details = [{}, { filterSubject: true, successKeywords: "OK" }, { filterBody: true }];
  const checks = await Promise.all(details.map((detail) => aCheck(pool, { details: detail })));
  await whileOpen({ ...options, workers: noting as WorkerPool }, async (there) => {
    for (const check of checks) await send(check, "Subject: OK\r\n\r\nhi", there);
  });
  expect(asked).toMatchObject([{ wantsBody: false }, { wantsBody: true }]);
  expect(await Promise.all(checks.map(kindsOf))).toEqual([["success"], ["success"], ["ignored"]]);
});

test("a server that asks for hundreds of unknown mailboxes is put off, and known mailboxes go on", async () => {
  const check = await aCheck(pool);
  await whileOpen(options, async (there) => {
    const smtp = await hello(there);
    smtp.socket.write("MAIL FROM:<a@example.org>\r\n");
    await smtp.answer(/^250 /m);
    for (let i = 0; i < 300; i += 1) {
      smtp.socket.write(`RCPT TO:<${randomUUID()}@${DOMAIN}>\r\n`);
      expect(await smtp.answer(/^\d{3} .*\r\n$/m)).toMatch(/^550 5\.1\.1 Invalid mailbox/);
    }
    smtp.socket.write(`RCPT TO:<${randomUUID()}@${DOMAIN}>\r\nQUIT\r\n`);
    expect(await smtp.rest()).toMatch(/^451 4\.7\.1 Too many unknown recipients/);
  });
  expect(await send(check, "Subject: x\r\n\r\nhi")).toMatch(/^250 /);
});

async function kindsOf(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ kind: string }>(
    "select kind from pings where check_id = $1 order by number",
    [check.id],
  );
  return rows.map(({ kind }) => kind);
}

function envelopeOf(check: SceneCheck): string {
  return `MAIL FROM:<cron@example.org>\r\nRCPT TO:<${check.pingUuid}@${DOMAIN}>\r\n`;
}

/** A connection that has said EHLO. `answer` waits for what matches and takes it away; `rest` for the end. */
async function hello(on: MailReceiver = receiver) {
  const socket = connect({ port: on.port, host: "127.0.0.1", allowHalfOpen: true });
  let text = "";
  socket.setEncoding("utf8").on("data", (data) => (text += String(data)));
  const ended = once(socket, "close");
  const answer = async (pattern: RegExp) => {
    while (!pattern.test(text)) await once(socket, "data");
    const all = text;
    text = "";
    return all;
  };
  const rest = async () => {
    socket.once("end", () => socket.end());
    await ended;
    return text;
  };
  await answer(/^220 /m);
  socket.write("EHLO job.example.org\r\n");
  await answer(/^250 /m);
  return { socket, answer, rest };
}

/** A connection that may send its message now. */
async function atData(check: SceneCheck, on?: MailReceiver) {
  const smtp = await hello(on);
  smtp.socket.write(`${envelopeOf(check)}DATA\r\n`);
  await smtp.answer(/^354 /m);
  return smtp;
}

/** The answer to a message. */
async function send(check: SceneCheck, message: string, on?: MailReceiver): Promise<string> {
  const smtp = await atData(check, on);
  smtp.socket.write(`${message}\r\n.\r\n`);
  const answer = await smtp.answer(/^\d{3} .*\r\n$/m);
  smtp.socket.end("QUIT\r\n");
  return answer;
}

async function whileOpen<T>(on: MailReceiverOptions, work: (there: MailReceiver) => Promise<T>): Promise<T> {
  const there = await startMailReceiver(on, { host: "127.0.0.1", port: 0 });
  try {
    return await work(there);
  } finally {
    await there.stop();
  }
}
