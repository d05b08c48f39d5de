import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { bounceAddress, findMailTarget, openDb, type PingTarget } from "@overdue/db";
import { aCheck, askedFuzz, sceneKeyring, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { madeUpSessions, type MadeUpSession } from "../../../test/made-up-mail.ts";
import { bounceReceiver } from "../../bounces/receive-bounce.ts";
import { WorkerPool } from "../../workers/worker-pool.ts";
import { createClock } from "../clock.ts";
import { Ingest } from "../ingest.ts";
import { startMailReceiver } from "./mail-receiver.ts";

/**
 * Made-up sessions and messages leave the mail receiver as it was: no error of ours, no message without an answer, no
 * connection and no memory kept. `npm run fuzz` sends 50,000, the test some hundred; FUZZ_SEED repeats a run.
 */
const SESSIONS = askedFuzz().requests ?? 300;
const SEED = askedFuzz().seed ?? 20_261_203;
const AT_ONCE = 40;
/** Of the heap, after the first sessions have loaded all code. */
const GROWTH_BYTES_MAX = 60_000_000;
/** As long as a mail server waits for an answer. */
const SESSION_MS_MAX = 600_000;
/** A busy machine stores some pings too late and asks for them again; what fails by itself does so for all. */
const ASKED_AGAIN_SHARE_MAX = 0.2;

const DOMAIN = "ping.example.org";
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const clock = createClock();
const errors: string[] = [];
const log = pino({ level: "error" }, { write: (line: string) => void errors.push(line) });
const ingest = new Ingest({ pool, receiverId: randomUUID(), clock, log });
const workers = new WorkerPool({
  threads: 2,
  taskMsMax: 5_000,
  heapMegabytesMax: 128,
  waitingMax: 500,
  waitingPerOwnerMax: 100,
});
const bounces = bounceReceiver({
  db,
  keyring: sceneKeyring,
  ownerContact: { keyring: sceneKeyring, mail: false },
  log,
  workers,
});
const receiver = await startMailReceiver(
  {
    domain: DOMAIN,
    ingest,
    clock,
    log,
    bodyBytesMax: 10_000,
    bounces,
    findTarget: (target: PingTarget) => findMailTarget(pool, target),
    workers,
  },
  { host: "127.0.0.1", port: 0 },
);
afterAll(async () => {
  await receiver.stop();
  await workers.close();
  await database.drop();
});

const plain = await aCheck(pool);
const filtered = await aCheck(pool, {
  details: { filterBody: true, filterSubject: true, failureKeywords: "FATAL" },
});
const addresses = [
  `${plain.pingUuid}@${DOMAIN}`,
  `${filtered.pingUuid}@${DOMAIN}`,
  `${filtered.pingUuid.toUpperCase()}@${DOMAIN.toUpperCase()}`,
  bounceAddress(sceneKeyring, { deliveryId: randomUUID(), to: "a@example.net", domain: DOMAIN }),
  `${randomUUID()}@${DOMAIN}`,
];
const nextSession = madeUpSessions(SEED, addresses);

/** The replies that one session got, or why it did not end. */
async function replyTo(session: MadeUpSession, number: number): Promise<string> {
  // Each address may have some connections and name some unknown mailboxes.
  const socket = connect({
    port: receiver.port,
    host: "127.0.0.1",
    localAddress: `127.0.1.${1 + (number % 200)}`,
  });
  let text = "";
  socket.setEncoding("latin1").on("data", (data: string) => (text += data));
  // The receiver may end a session at any time, while the client still writes.
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  const timer = setTimeout(() => {
    text += "\nNO END";
    socket.destroy();
  }, SESSION_MS_MAX);
  await Promise.race([session.early ? once(socket, "connect") : once(socket, "data"), closed]).catch(
    () => undefined,
  );
  for (const part of session.parts) await write(socket, part);
  endOf(session, socket);
  await closed;
  clearTimeout(timer);
  return text;
}

function write(socket: Socket, part: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writable) return resolve();
    socket.write(part, () => resolve());
  });
}

function endOf({ end }: MadeUpSession, socket: Socket): void {
  if (end === "cut") return void socket.destroy();
  if (end === "half") return void socket.end();
  // Wherever the session is, in a message or not, this ends it.
  socket.write("\r\n.\r\nRSET\r\nQUIT\r\n");
}

const REPLY_LINE = /^[2345]\d\d[ -]/;

/** Of this process, which may have run other tests before. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}

/** What is wrong with the replies; null where nothing is. */
function faultIn(text: string, { end }: MadeUpSession): string | null {
  if (text.includes("NO END")) return `did not end: ${text.slice(-300)}`;
  const lines = text.split("\r\n").filter((line) => line !== "");
  const odd = lines.find((line) => !REPLY_LINE.test(line));
  if (odd !== undefined && end !== "cut") return `no reply of SMTP: ${odd.slice(0, 200)}`;
  const codes = lines.map((line) => line.slice(0, 3));
  if (end === "quit" && codes.at(-1) === "354") return "a message got no answer";
  return null;
}

let askedAgain = 0;

/** Sends sessions, some at the same time. */
async function send(from: number, count: number): Promise<string[]> {
  const faults: string[] = [];
  let sent = 0;
  const client = async () => {
    while (sent < count) {
      const session = nextSession();
      sent += 1;
      const text = await replyTo(session, from + sent);
      const fault = faultIn(text, session);
      if (text.includes("451 4.3.0")) askedAgain += 1;
      if (fault !== null)
        faults.push(
          `${fault} ← ${JSON.stringify(Buffer.concat(session.parts).toString("latin1")).slice(0, 600)}`,
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return faults;
}

test(`${SESSIONS} made-up sessions with mails are answered without an error of ours, and are forgotten`, async () => {
  const faults = await send(0, SESSIONS / 2);
  const before = process.memoryUsage().heapUsed;
  const openBefore = openSockets();
  faults.push(...(await send(SESSIONS / 2, SESSIONS / 2)));
  expect(faults.slice(0, 20)).toEqual([]);
  expect(errors.slice(0, 20)).toEqual([]);
  expect(askedAgain).toBeLessThanOrEqual(SESSIONS * ASKED_AGAIN_SHARE_MAX);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(GROWTH_BYTES_MAX);
  expect(openSockets() - openBefore).toBeLessThan(20);
  const [{ count } = { count: 0 }] = await pool.query<{ count: number }>(
    "select count(*)::int as count from pings where check_id = any ($1)",
    [[plain.id, filtered.id]],
  );
  // Many messages are whole and were stored; beyond 60 a minute they share rows.
  expect(count).toBeGreaterThan(SESSIONS / 100);
}, 3_600_000);
