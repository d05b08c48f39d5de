import { randomUUID } from "node:crypto";

import { bounceAddress, findMailTarget, openDb, schema, type PingTarget } from "@overdue/db";
import { alertScene, sceneKeyring, testDatabase } from "@overdue/testkit";
import { and, eq, ne } from "drizzle-orm";
import nodemailer from "nodemailer";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { bounceReceiver } from "./receive-bounce.ts";
import * as reports from "../../test/bounce-samples.ts";
import { createClock } from "../pings/clock.ts";
import { Ingest } from "../pings/ingest.ts";
import { startMailReceiver } from "../pings/email/mail-receiver.ts";
import { WorkerPool } from "../workers/worker-pool.ts";

const DOMAIN = "ping.example.org";
const TO = "ops@example.net";
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
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
const ownerContact = { keyring: sceneKeyring, mail: false };
const bounces = bounceReceiver({ db, keyring: sceneKeyring, ownerContact, log, workers });
const findTarget = (target: PingTarget) => findMailTarget(pool, target);
const receiver = await startMailReceiver(
  { domain: DOMAIN, ingest, clock, log, bodyBytesMax: 2_000, bounces, findTarget, workers },
  { host: "127.0.0.1", port: 0 },
);
const mailer = nodemailer.createTransport({ host: "127.0.0.1", port: receiver.port, ignoreTLS: true });
afterAll(async () => {
  mailer.close();
  await receiver.stop();
  await workers.close();
  await database.drop();
});

/** A project whose mail was taken by a server, and which has a fallback. */
async function sentMail() {
  const scene = await alertScene(db, { kind: "email", settings: { to: TO } });
  const { projectId, channelId } = scene;
  await db.update(schema.channels).set({ hint: TO }).where(eq(schema.channels.id, channelId));
  const fallback = await scene.addChannel("webhook", { url: "https://example.org/hook" });
  await db.update(schema.channels).set({ isFallback: true }).where(eq(schema.channels.id, fallback));
  const { deliveryId } = await scene.down();
  await db
    .update(schema.deliveries)
    .set({ state: "sent", attempt: 1, finishedAt: new Date() })
    .where(eq(schema.deliveries.id, deliveryId));
  const address = bounceAddress(sceneKeyring, { deliveryId, to: TO, domain: DOMAIN });
  return { projectId, channelId, fallback, deliveryId, address };
}
type Mail = Awaited<ReturnType<typeof sentMail>>;

/** Bounces come from nobody, so that nobody answers them. */
const sendBounce = (to: string, raw: string) => mailer.sendMail({ envelope: { from: "", to }, raw });

async function channelOf({ channelId }: Mail) {
  return (await db.select().from(schema.channels).where(eq(schema.channels.id, channelId)))[0];
}

async function deliveryOf({ deliveryId }: Mail) {
  return (await db.select().from(schema.deliveries).where(eq(schema.deliveries.id, deliveryId)))[0];
}

async function otherDeliveries({ projectId, channelId }: Mail) {
  const isOther = and(eq(schema.deliveries.projectId, projectId), ne(schema.deliveries.channelId, channelId));
  return await db.select().from(schema.deliveries).where(isOther).orderBy(schema.deliveries.id);
}

test.each([
  ["Postfix", reports.POSTFIX],
  ["Exim", reports.EXIM],
  ["Gmail", reports.GMAIL],
  ["Exchange", reports.EXCHANGE],
])(
  "a mail that comes back by %s breaks its channel, goes to the fallback, and owners are notified",
  async (_, raw) => {
    const mail = await sentMail();
    expect((await sendBounce(mail.address, raw)).response).toMatch(/^250/);
    expect(await channelOf(mail)).toMatchObject({
      brokenBy: "bounce",
      brokenBecause: expect.stringMatching(/^It came back: 550/),
    });
    expect(await deliveryOf(mail)).toMatchObject({ state: "failed", attempt: 2 });
    expect(await otherDeliveries(mail)).toMatchObject([
      { channelId: mail.fallback, kind: "down", fallbackFor: mail.deliveryId },
      { channelId: mail.fallback, kind: "system" },
    ]);
  },
);

test("the same bounce is ignored the second time, also in capital letters", async () => {
  const mail = await sentMail();
  await sendBounce(mail.address.toUpperCase(), reports.POSTFIX);
  await sendBounce(mail.address, reports.POSTFIX);
  expect(await otherDeliveries(mail)).toHaveLength(2);
});

test("a mail that was given up after days goes to the fallback, and its channel stays", async () => {
  const mail = await sentMail();
  await sendBounce(mail.address, reports.POSTFIX_GIVEN_UP);
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
  expect(await otherDeliveries(mail)).toHaveLength(2);
});

test.each([
  ["a full mailbox", reports.FULL],
  ["a mail taken for spam", reports.SPAM],
  ["a server further on that does not relay", reports.NEXT_HOP_DENIED],
])("%s goes to the fallback and is tried again, as when the server says so at once", async (_, raw) => {
  const mail = await sentMail();
  await sendBounce(mail.address, raw);
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
  expect(await deliveryOf(mail)).toMatchObject({
    state: "retry",
    lastError: expect.stringMatching(/55[24]/),
  });
  expect(await otherDeliveries(mail)).toMatchObject([
    { channelId: mail.fallback, kind: "down", fallbackFor: mail.deliveryId },
    { channelId: mail.fallback, kind: "system" },
  ]);
});

test("a mail that OpenSMTPD gives up with its last answer goes to the fallback", async () => {
  const mail = await sentMail();
  await sendBounce(mail.address, reports.OPENSMTPD_EXPIRED);
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
  expect(await deliveryOf(mail)).toMatchObject({ state: "failed" });
  expect(await otherDeliveries(mail)).toHaveLength(2);
});

test("a complaint unsubscribes", async () => {
  const mail = await sentMail();
  await mailer.sendMail({
    envelope: { from: "complaints@isp.example", to: mail.address },
    raw: reports.COMPLAINT,
  });
  expect(await channelOf(mail)).toMatchObject({
    brokenBy: "recipient",
    brokenBecause: expect.stringMatching(/^The recipient unsubscribed/),
  });
});

test.each([
  ["a delay", reports.POSTFIX_DELAYED],
  ["a receipt", reports.RECEIPT],
  ["an answer from holidays", reports.ON_HOLIDAY],
])("%s changes nothing, and nobody answers it", async (_, raw) => {
  const mail = await sentMail();
  await sendBounce(mail.address, raw);
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
  expect(await otherDeliveries(mail)).toEqual([]);
});

test.each([
  ["a forged signature", (address: string) => address.replace(/.{6}@/, "000000@")],
  ["another delivery", (address: string) => address.replace(/\+.{8}/, "+00000000")],
  ["no token", () => `bounce+@${DOMAIN}`],
  ["another domain", (address: string) => address.replace(DOMAIN, "example.org")],
])("%s is refused with 550", async (_, forge) => {
  const mail = await sentMail();
  await expect(sendBounce(forge(mail.address), reports.POSTFIX)).rejects.toMatchObject({ responseCode: 550 });
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
});

test("a bounce of an address that the channel no longer has breaks nothing", async () => {
  const mail = await sentMail();
  await db
    .update(schema.channels)
    .set({ hint: "new@example.net" })
    .where(eq(schema.channels.id, mail.channelId));
  await sendBounce(mail.address, reports.POSTFIX);
  expect(await channelOf(mail)).toMatchObject({ brokenAt: null });
});

test("a bounce is no ping", async () => {
  const mail = await sentMail();
  await sendBounce(mail.address, reports.POSTFIX);
  const pings = await db.select().from(schema.pings).where(eq(schema.pings.projectId, mail.projectId));
  expect(pings).toEqual([]);
});
