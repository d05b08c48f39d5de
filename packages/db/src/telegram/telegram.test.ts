import { randomUUID } from "node:crypto";

import { aCheck, alertScene, aProject, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { createChannel, deleteChannel } from "../channels/write-channel.ts";
import { deleteCheck } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { keyringOf } from "../secrets/keyring.ts";
import {
  botName,
  createTelegramLink,
  listDownForChat,
  endTelegramUpdate,
  findTelegramLink,
  storeTelegramUpdate,
  storeTelegramStart,
  findProjectForChat,
  storeBotName,
  findUnagreedChats,
  useTelegramLink,
  listWaitingTelegramUpdates,
} from "./telegram.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

describe("a code that links a chat", () => {
  test("makes the chat a channel of its project, for one of ten that send it at the same time", async () => {
    const { projectId } = await aProject(pool);
    const { link, code } = await createTelegramLink(db, projectId);
    const chat = aChat();
    const uses = await Promise.all(
      Array.from({ length: 10 }, () => useTelegramLink(db, sceneKeyring, { code, chat })),
    );
    expect(uses.filter((use) => use === "linked")).toHaveLength(1);
    const channels = await pool.query("select id, kind, hint from channels where project_id = $1", [
      projectId,
    ]);
    const used = await findTelegramLink(db, { projectId, linkId: link.id });
    expect([...channels]).toEqual([{ id: used?.channelId, kind: "telegram", hint: chat.hint }]);
  });

  test("is good for 15 minutes", async () => {
    const { projectId } = await aProject(pool);
    const { link, code } = await createTelegramLink(db, projectId);
    await pool.query("update telegram_links set expires_at = now() - interval '1 second' where id = $1", [
      link.id,
    ]);
    expect(await useTelegramLink(db, sceneKeyring, { code, chat: aChat() })).toBe("unknown");
  });

  test("is stored as its hash alone", async () => {
    const { projectId } = await aProject(pool);
    const { link, code } = await createTelegramLink(db, projectId);
    const rows = await pool.query("select to_jsonb(l)::text as row from telegram_links l where id = $1", [
      link.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(await useTelegramLink(db, sceneKeyring, { code: `${code}x`, chat: aChat() })).toBe("unknown");
  });
});

describe("a chat whose id is typed into a channel", () => {
  const channelInput = (chat: string, token?: string) => ({
    kind: "telegram",
    settings: { chat, ...(token !== undefined && { token }) },
  });

  test("has agreed when somebody there sent /start within a day, by its id or by its name", async () => {
    const { projectId } = await aProject(pool);
    const [id, name] = [aChatId(), `@Backups${aChatId().slice(1)}`];
    const all = {
      projectId,
      wanted: [channelInput(id), channelInput(name.toUpperCase()), channelInput(aChatId())],
    };
    expect(await findUnagreedChats(db, sceneKeyring, all)).toEqual([0, 1, 2]);
    await storeTelegramStart(db, [id, name]);
    expect(await findUnagreedChats(db, sceneKeyring, all)).toEqual([2]);
    await pool.query("update telegram_starts set started_at = now() - interval '25 hours' where chat = $1", [
      id,
    ]);
    expect(await findUnagreedChats(db, sceneKeyring, all)).toEqual([0, 2]);
  });

  test("needs no agreement where the channel has a bot of its own, or is none of Telegram's", async () => {
    const { projectId } = await aProject(pool);
    const webhook = { kind: "webhook", settings: { chat: aChatId() } };
    const all = { projectId, wanted: [channelInput(aChatId(), "123:abc"), webhook] };
    expect(await findUnagreedChats(db, sceneKeyring, all)).toEqual([]);
  });

  test("has agreed for the project that writes there already, also after its channel was deleted, and for no other", async () => {
    const [mine, other] = [await aProject(pool), await aProject(pool)];
    const chat = aChatId();
    const { id: channelId } = await addChat(mine.projectId, chat);
    await deleteChannel(db, { projectId: mine.projectId, channelId });
    const all = { wanted: [channelInput(chat)] };
    expect(await findUnagreedChats(db, sceneKeyring, { ...all, projectId: mine.projectId })).toEqual([]);
    expect(await findUnagreedChats(db, sceneKeyring, { ...all, projectId: other.projectId })).toEqual([0]);
  });

  test("is asked again where the stored settings cannot be read any more", async () => {
    const { projectId } = await aProject(pool);
    const chat = aChatId();
    await addChat(projectId, chat);
    const lost = keyringOf(["another SECRET_KEY than the one before"]);
    expect(await findUnagreedChats(db, lost, { projectId, wanted: [channelInput(chat)] })).toEqual([0]);
  });

  test("whose id begins like another one's is not that one", async () => {
    const { projectId } = await aProject(pool);
    const chat = aChatId();
    await addChat(projectId, `${chat}1`);
    expect(await findUnagreedChats(db, sceneKeyring, { projectId, wanted: [channelInput(chat)] })).toEqual([
      0,
    ]);
  });
});

describe("a chat that asks what is down", () => {
  test("gets a list of the projects that alert it, the longest first, and of no other", async () => {
    const chat = aChatId();
    const scene = await alertScene(db, { kind: "webhook", settings: {} });
    const stranger = await alertScene(db, { kind: "webhook", settings: {} });
    await addChat(scene.projectId, chat);
    const checkId = await scene.addCheck("hourly sync");
    const [first, second] = [await scene.down(), await scene.down({ checkId })];
    await stranger.down();
    await pool.query("update incidents set opened_at = opened_at - interval '1 hour' where id = $1", [
      second.incidentId,
    ]);
    const names = async () => (await listDownForChat(db, `chat ${chat}`)).map(({ checkName }) => checkName);
    expect(await names()).toEqual(["hourly sync", "nightly backup"]);
    await pool.query("update incidents set resolved_at = now() where id = $1", [first.incidentId]);
    await deleteCheck(db, { projectId: scene.projectId, checkId });
    expect(await names()).toEqual([]);
  });

  test("has a say in the incidents of those projects, topic or not, until its channel is deleted", async () => {
    const [scene, chat] = [await alertScene(db, { kind: "webhook", settings: {} }), aChatId()];
    const { incidentId } = await scene.down();
    const hint = `chat ${chat}`;
    expect(await findProjectForChat(db, incidentId, hint)).toBeNull();
    const channel = await addChat(scene.projectId, chat, ", topic 7");
    expect(await findProjectForChat(db, incidentId, hint)).toBe(scene.projectId);
    await deleteChannel(db, { projectId: scene.projectId, channelId: channel.id });
    expect(await findProjectForChat(db, incidentId, hint)).toBeNull();
  });
});

test("an update that Telegram sends again counts once, and the oldest is dealt with first", async () => {
  for (const updateId of [12, 11, 12])
    await storeTelegramUpdate(db, { updateId, body: `{"update_id":${updateId}}` });
  const waiting = async () => (await listWaitingTelegramUpdates(db)).map(({ updateId }) => updateId);
  expect(await waiting()).toEqual([11, 12]);
  await endTelegramUpdate(db, 11);
  await storeTelegramUpdate(db, { updateId: 11, body: "{}" });
  expect(await waiting()).toEqual([12]);
});

test("the bot's name is unknown until it is remembered, and then the newest", async () => {
  expect(await botName(db)).toBeNull();
  await storeBotName(db, "first_bot");
  await storeBotName(db, "second_bot");
  expect(await botName(db)).toBe("second_bot");
});

test("a check of the asking chat that was never down is not in its list", async () => {
  const [{ projectId }, chat] = [await aProject(pool), aChatId()];
  await aCheck(pool, { projectId });
  await addChat(projectId, chat);
  expect(await listDownForChat(db, `chat ${chat}`)).toEqual([]);
});

function aChatId(): string {
  return `-${BigInt(`0x${randomUUID().replaceAll("-", "").slice(0, 12)}`)}`;
}

function aChat() {
  const chat = aChatId();
  return { name: "team", settings: { chat }, hint: `chat ${chat}` };
}

async function addChat(projectId: string, chat: string, topic = "") {
  return createChannel(db, sceneKeyring, {
    projectId,
    kind: "telegram",
    name: "team",
    settings: { chat },
    hint: `chat ${chat}${topic}`,
    checkIds: "all",
  });
}
