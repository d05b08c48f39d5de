import { randomUUID } from "node:crypto";

import {
  type Db,
  instanceProblems,
  isTelegramWebhookSecret,
  storeTelegramUpdate,
  openDb,
  schema,
  telegramWebhookSecret,
} from "@overdue/db";
import {
  type FakeTelegram,
  sceneKeyring,
  startFakeTelegram,
  testDatabase,
  type TestDatabase,
} from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { openEgress } from "../egress/egress.ts";
import { openBotApi } from "./bot-api.ts";
import { startReceivingUpdates, WakeSignal } from "./updates.ts";

const URL = "https://overdue.example.org/telegram/updates";
const arrived = new WakeSignal();
let database: TestDatabase;
let db: Db;
let telegram: FakeTelegram;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  telegram = await startFakeTelegram();
  telegram.onWebhook(takes);
  for (const table of [schema.leases, schema.telegramUpdates, schema.instanceFacts]) await db.delete(table);
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await telegram.close();
});
afterAll(() => database.drop());

test("where Telegram can reach us it tells the webhook, and nobody asks", async () => {
  receive();
  const set = await waitForCall("setWebhook");
  expect(set.given).toMatchObject({
    url: URL,
    allowed_updates: ["message", "channel_post", "callback_query"],
  });
  say("/status");
  await telegram.waitFor(({ text }) => text.includes("Nothing is down"));
  expect(countRequestsForUpdates()).toBe(0);
  await waitForCall("getWebhookInfo");
  expect(await instanceProblems(db)).toEqual([]);
});

test("an update that comes twice is handled once", async () => {
  receive();
  await waitForCall("setWebhook");
  for (const text of ["/status", "/status", "/start"]) {
    const updateId = text === "/start" ? 8 : 7;
    await storeTelegramUpdate(db, {
      updateId,
      body: JSON.stringify({ update_id: updateId, ...message(text) }),
    });
  }
  arrived.notify();
  await telegram.waitFor(({ text }) => text.includes("To get alerts here"));
  expect(telegram.received.map(({ text }) => text.slice(0, 9))).toEqual(["🟢 Nothin", "To get al"]);
});

test("where updates cannot be delivered to the webhook, they are asked for, and the operator is notified", async () => {
  telegram.onWebhook(() => Promise.resolve(404));
  receive();
  await waitForCall("setWebhook");
  say("/status");
  await telegram.waitFor(({ text }) => text.includes("Nothing is down"));
  expect(await instanceProblems(db)).toEqual([
    expect.stringContaining("cannot reach PUBLIC_URL for its webhook (Wrong response from the webhook: 404)"),
  ]);
  expect(telegram.calls.received.map(({ method }) => method)).toContain("deleteWebhook");
});

test("an address that Telegram would never call is not waited for", async () => {
  receive({ url: "https://overdue.example.org:8444/telegram/updates" });
  say("/status");
  await telegram.waitFor(({ text }) => text.includes("Nothing is down"));
  expect(await instanceProblems(db)).toEqual([expect.stringContaining("ports 80, 88, 443 or 8443")]);
});

test("after a while the webhook is tried again, and the problem is over", async () => {
  telegram.onWebhook(() => Promise.resolve(502));
  receive({ webhookAgainMs: 1_500 });
  say("/status");
  await telegram.waitForCount(1);
  telegram.onWebhook(takes);
  const sets = () => telegram.calls.received.filter(({ method }) => method === "setWebhook").length;
  await telegram.calls.waitFor(() => sets() === 2);
  say("/start");
  await telegram.waitForCount(2);
  const looks = telegram.calls.received.length;
  await telegram.calls.waitFor((call) => telegram.calls.received.indexOf(call) > looks + 1);
  expect(await instanceProblems(db)).toEqual([]);
});

test("a process that asks for updates after a webhook takes it down first", async () => {
  const stop = receive();
  await waitForCall("setWebhook");
  await stop();
  receive({ url: null });
  await waitForCall("deleteWebhook");
  say("/status");
  await telegram.waitForCount(1);
  expect(telegram.conflicts()).toBe(0);
});

test("the secret is known by its key, also after a newer one came before it", () => {
  const secret = telegramWebhookSecret(sceneKeyring);
  const [key] = sceneKeyring.keys;
  const newer = { keys: [{ id: "new", key: Buffer.alloc(32, 1) }, ...(key ? [key] : [])] };
  expect(secret).toMatch(/^[\w-]{1,256}$/);
  expect(isTelegramWebhookSecret(newer, secret)).toBe(true);
  expect(isTelegramWebhookSecret(newer, `${secret.slice(0, -1)}!`)).toBe(false);
  expect(isTelegramWebhookSecret(newer, "")).toBe(false);
});

/** As the API takes an update. */
async function takes({ url, secret, body }: { url: string; secret: string; body: string }): Promise<number> {
  if (url !== URL || !isTelegramWebhookSecret(sceneKeyring, secret)) return 401;
  await storeTelegramUpdate(db, { updateId: JSON.parse(body).update_id, body });
  arrived.notify();
  return 200;
}

function receive({
  url = URL,
  webhookAgainMs = 60_000,
}: { url?: string | null; webhookAgainMs?: number } = {}) {
  const egress = openEgress({ allowedNetworks: [], timeoutMs: 4_000 });
  const stop = startReceivingUpdates({
    pool: database.pool,
    db,
    keyring: sceneKeyring,
    bot: openBotApi(egress, { apiRoot: telegram.root, token: telegram.token }),
    holder: randomUUID(),
    log: pino({ level: "silent" }),
    webhook: url === null ? null : { url, secret: telegramWebhookSecret(sceneKeyring) },
    arrived,
    times: { pollSeconds: 1, leaseSeconds: 3, tryAgainMs: 100, lookMs: 100, webhookAgainMs },
  });
  const end = async () => void (await Promise.all([stop(), egress.close()]));
  stops.push(end);
  return end;
}

function waitForCall(method: string) {
  return telegram.calls.waitFor((call) => call.method === method);
}

function countRequestsForUpdates(): number {
  return telegram.requests.received.filter(({ path }) => path.endsWith("/getUpdates")).length;
}

function say(text: string) {
  telegram.pushUpdate(message(text));
}

function message(text: string) {
  return { message: { message_id: 1, chat: { id: 5, type: "private", first_name: "Anna" }, text } };
}
