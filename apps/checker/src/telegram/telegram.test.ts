import { randomUUID } from "node:crypto";

import { channelKinds } from "@overdue/channels";
import {
  createTelegramLink,
  type Db,
  findTelegramLink,
  listChannels,
  openDb,
  schema,
  findUnagreedChats,
  unseal,
} from "@overdue/db";
import {
  alertScene,
  type AlertScene,
  type FakeTelegram,
  sceneKeyring,
  startFakeTelegram,
  testDatabase,
  type TestDatabase,
} from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { openEgress } from "../egress/egress.ts";
import { openBotApi } from "./bot-api.ts";
import { startReceivingUpdates, WakeSignal } from "./updates.ts";

const CHAT = -100_123;
let database: TestDatabase;
let db: Db;
let telegram: FakeTelegram;
let scene: AlertScene;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  telegram = await startFakeTelegram();
  scene = await alertScene(db, { kind: "telegram", settings: { chat: String(CHAT) } });
  await db.delete(schema.leases);
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await telegram.close();
});
afterAll(() => database.drop());

test("a code that is sent from a group's topic makes it a channel, once", async () => {
  poll();
  const { link, code } = await createTelegramLink(db, scene.projectId);
  say(`/start@overdue_test_bot ${code}`, { topic: 7 });
  expect(await telegram.waitFor(({ text }) => text.includes("gets alerts"))).toMatchObject({
    chat: String(CHAT),
    topic: 7,
  });
  const { channelId } = (await findTelegramLink(db, { projectId: scene.projectId, linkId: link.id })) ?? {};
  const channels = await listChannels(db, scene.projectId, { limit: 10, after: null });
  const made = channels.find(({ id }) => id === channelId);
  expect(made).toMatchObject({ kind: "telegram", name: "Night watch", checkIds: [scene.checkId] });
  const place = { table: "channels", column: "settings", rowId: made?.id ?? "", projectId: scene.projectId };
  const settings: unknown = JSON.parse(unseal(sceneKeyring, place, made?.settings ?? ""));
  expect(settings).toEqual({ chat: String(CHAT), topic: 7 });
  expect(channelKinds.telegram.parse(settings)).toMatchObject({ ok: true, hint: made?.hint });
  say(`/start ${code}`, {});
  await telegram.waitFor(({ text }) => text.includes("has been used"));
});

test("/start without a code is the agreement of a chat whose id is typed into a channel afterwards", async () => {
  poll();
  const { projectId } = await alertScene(db, { kind: "webhook", settings: {} });
  const chat = String(CHAT - 1);
  const wanted = [{ kind: "telegram", settings: { chat } }];
  expect(await findUnagreedChats(db, sceneKeyring, { projectId, wanted })).toEqual([0]);
  say("/start", { chat: CHAT - 1 });
  await telegram.waitFor(({ text }) => text.includes(`for this chat: ${chat}.`));
  expect(await findUnagreedChats(db, sceneKeyring, { projectId, wanted })).toEqual([]);
});

test("a command to another bot is none of ours", async () => {
  poll();
  const { code } = await createTelegramLink(db, scene.projectId);
  say(`/start@another_bot ${code}`, {});
  say("/status", {});
  await telegram.waitFor(({ text }) => text.includes("Nothing is down"));
  expect(telegram.received).toHaveLength(1);
});

test("a press acknowledges, is answered, and the message loses its buttons", async () => {
  await linkScene();
  poll();
  const { incidentId } = await scene.down();
  press(`ack:${incidentId}`, CHAT);
  const edit = await telegram.calls.waitFor(({ method }) => method === "editMessageText");
  expect(edit.given).toMatchObject({
    chat_id: String(CHAT),
    message_id: 5,
    text: "🔴 nightly backup is down\n\n✔ Acknowledged by Anna (Telegram).",
  });
  expect(edit.given).not.toHaveProperty("reply_markup");
  expect(telegram.calls.received.map(({ method }) => method)).toContain("answerCallbackQuery");
  expect(await incident(incidentId)).toMatchObject({ acknowledgedBy: "Anna (Telegram)" });
  say("/status", {});
  await telegram.waitFor(({ text }) => text.includes("nightly backup (Ops): missed"));
});

test("a press snoozes until it recovers", async () => {
  await linkScene();
  poll();
  const { incidentId } = await scene.down();
  press(`snoozeup:${incidentId}`, CHAT);
  await telegram.calls.waitFor(({ method }) => method === "editMessageText");
  expect(await incident(incidentId)).toMatchObject({ snoozedUntil: Infinity });
  const written = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, scene.projectId));
  expect(written).toMatchObject([
    {
      action: "incident.snooze",
      objectId: incidentId,
      actorKind: "telegram",
      actorName: "Anna (Telegram)",
      address: null,
    },
  ]);
});

test("a chat that the project does not alert has no say", async () => {
  await linkScene();
  poll();
  const { incidentId } = await scene.down();
  press(`ack:${incidentId}`, -666);
  const answered = await telegram.calls.waitFor(({ method }) => method === "answerCallbackQuery");
  expect(answered.given).toMatchObject({ text: "There is no such incident for this chat." });
  expect(await incident(incidentId)).toMatchObject({ acknowledgedAt: null });
});

test("of two checkers one asks; when it dies the other takes over, and never do two ask at once", async () => {
  const dies = poll({ dead: true });
  await telegram.requests.waitFor(({ path }) => path.endsWith("/getUpdates"));
  poll();
  say("/status", {});
  await telegram.waitForCount(1);
  dies.kill();
  say("/status", {});
  await telegram.waitForCount(2);
  expect(telegram.conflicts()).toBe(0);
  const holders = await db.select().from(schema.leases);
  expect(holders.map(({ holder }) => holder)).not.toContain(dies.holder);
});

/** A checker that listens. `dead`: it can be killed, so that it never gives its lease back. */
function poll({ dead = false } = {}) {
  const egress = openEgress({ allowedNetworks: [], timeoutMs: 4_000 });
  const api = openBotApi(egress, { apiRoot: telegram.root, token: telegram.token });
  const holder = randomUUID();
  let killed = false;
  const never = new Promise<never>(() => undefined);
  const stop = startReceivingUpdates({
    pool: database.pool,
    db,
    keyring: sceneKeyring,
    bot: (method, given) => (killed ? never : api(method, given)),
    holder,
    log: pino({ level: "silent" }),
    webhook: null,
    arrived: new WakeSignal(),
    times: { pollSeconds: 1, leaseSeconds: 3 },
  });
  if (!dead) stops.push(async () => void (await Promise.all([stop(), egress.close()])));
  return {
    holder,
    kill: () => {
      killed = true;
      void egress.close();
    },
  };
}

/** The channel of the scene says in its hint which chat it is, as the API writes it. */
async function linkScene() {
  await db
    .update(schema.channels)
    .set({ hint: `chat ${CHAT}` })
    .where(eq(schema.channels.id, scene.channelId));
}

function say(text: string, { topic, chat: id = CHAT }: { topic?: number; chat?: number }) {
  const thread = topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true };
  const chat = { id, type: "supergroup", title: "Night watch" };
  telegram.pushUpdate({ message: { message_id: 1, chat, text, ...thread } });
}

function press(data: string, chat: number) {
  const message = { message_id: 5, chat: { id: chat, type: "group" }, text: "🔴 nightly backup is down" };
  telegram.pushUpdate({ callback_query: { id: "1", from: { id: 9, first_name: "Anna" }, data, message } });
}

async function incident(id: string) {
  const [row] = await db.select().from(schema.incidents).where(eq(schema.incidents.id, id));
  return row;
}
