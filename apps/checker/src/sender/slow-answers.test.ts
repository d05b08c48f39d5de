import {
  alertScene,
  sceneKeyring,
  startFakeSmtp,
  testDatabase,
  type AlertScene,
  type FakeSmtp,
  type TestDatabase,
} from "@overdue/testkit";
import { claimDeliveries, openDb, schema, type Db } from "@overdue/db";
import { eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { openMailer, type Mailer } from "../transports/mail.ts";
import { type Delivery, openDelivery } from "./start-sender.ts";

const { channels, deliveries } = schema;
const LOOK_MS = 50;

let database: TestDatabase;
let db: Db;
let smtp: FakeSmtp;
let mailer: Mailer;
let scene: AlertScene;
let fallbackId: string;
let delivery: Delivery;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
  smtp = await startFakeSmtp();
  mailer = openMailer({
    smtpUrl: smtp.url,
    from: "x@example.org",
    stopLink: () => "https://example.org/stop",
  });
});
beforeEach(async () => {
  scene = await alertScene(db, { kind: "email", settings: { to: "anna@example.org" } });
  fallbackId = await scene.addChannel("webhook", { url: "https://example.org" });
  await db.update(channels).set({ isFallback: true }).where(eq(channels.id, fallbackId));
  delivery = openDelivery(
    {
      db,
      senderId: null,
      mail: true,
      selfTestChannel: null,
      keyring: sceneKeyring,
      transports: {
        send: (channel, message) => mailer.send(channel.via === "mail" ? channel.to : "", message),
      },
      publicUrl: "https://overdue.example.org",
      log: pino({ level: "silent" }),
      leases: { seconds: 1, everyMs: LOOK_MS, slowMs: 2 * LOOK_MS },
    },
    () => undefined,
  );
});
afterAll(async () => {
  mailer.close();
  await smtp.close();
  await database.drop();
});

test("a mail that its server looks into for longer than a lease lasts is sent once, and nobody else takes it", async () => {
  const looking = Promise.withResolvers<void>();
  smtp.next({ at: "data", until: looking.promise });
  const down = await scene.down();
  const { waitUntilSent, leaseUntil } = await startSending(down.deliveryId);
  await expect.poll(() => leaseOf(down.deliveryId), { timeout: 15_000 }).toBeGreaterThan(leaseUntil + 1_000);
  expect(await claimDeliveries(db, [down.deliveryId], { seconds: 45, holder: null })).toEqual([]);
  looking.resolve();
  await waitUntilSent();
  expect(await row(down.deliveryId)).toMatchObject({ state: "sent", attempt: 1, uncertain: false });
  expect(smtp.received.filter(({ mail }) => mail.messageId?.includes(down.deliveryId))).toHaveLength(1);
}, 20_000);

test("what a silent mail server holds up goes to the fallback channel meanwhile, once, with what waits behind it", async () => {
  const looking = Promise.withResolvers<void>();
  smtp.next({ at: "data", until: looking.promise });
  const [down, behind] = [await scene.down(), await scene.down({ checkId: await scene.addCheck("other") })];
  const { waitUntilSent } = await startSending(down.deliveryId);
  await expect
    .poll(async () => new Set((await ofFallback()).map(({ fallbackFor }) => fallbackFor)))
    .toEqual(new Set([down.deliveryId, behind.deliveryId]));
  const lease = await leaseOf(down.deliveryId);
  await expect.poll(() => leaseOf(down.deliveryId)).toBeGreaterThan(lease + LOOK_MS);
  looking.resolve();
  await waitUntilSent();
  expect(await ofFallback()).toHaveLength(2);
  expect(await row(down.deliveryId)).toMatchObject({ state: "sent" });
});

/** Starts to send one delivery, and nothing else that is due. `waitUntilSent`: until it is stored as sent. */
async function startSending(deliveryId: string) {
  const { projectId, channelId } = scene;
  const due = { dueAt: 0, dueInMs: 0, rank: 1, poisonAttempts: 0, isInformational: false };
  delivery.channelQueues.add({ ...due, deliveryId, projectId, channelId, channelKind: "email", attempt: 1 });
  await expect.poll(() => leaseOf(deliveryId), { timeout: 10_000 }).toBeGreaterThan(0);
  const waitUntilSent = async () => {
    await expect.poll(async () => (await row(deliveryId)).state, { timeout: 10_000 }).toBe("sent");
  };
  return { waitUntilSent, leaseUntil: await leaseOf(deliveryId) };
}

async function leaseOf(id: string): Promise<number> {
  return (await row(id)).leaseUntil?.getTime() ?? 0;
}

function ofFallback() {
  return db.select().from(deliveries).where(eq(deliveries.channelId, fallbackId));
}

async function row(id: string) {
  const [found] = await db.select().from(deliveries).where(eq(deliveries.id, id));
  if (found === undefined) throw new Error("The delivery is gone.");
  return found;
}
