import { createChannel, keyringOf, storeTelegramStart, storeBotName, schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const REFUSED = {
  status: 400,
  detail: expect.stringMatching(/has not agreed to get alerts: send \/start@our_bot/),
};
await storeBotName(api.db, "our_bot");

let chats = 0;
const newChat = () => `-100${(chats += 1)}`;
const channel = (settings: object) => ({ kind: "telegram", name: "Night watch", settings });
const file = (settings: object) => ({ version: 1, channels: [channel(settings)] });

test("a chat that is typed by hand is refused, by a person, by a key and by a file", async () => {
  const { as, path, projectId } = await person(api);
  const key = await keyHolder(api, projectId, "write");
  const settings = { chat: newChat() };
  for (const call of [as, key.as]) {
    const refused = await read(await call("POST", `${path}/channels`, channel(settings)));
    expect(refused).toMatchObject({ ...REFUSED, errors: [{ field: "settings.chat" }] });
  }
  for (const query of ["", "?dry_run=true"]) {
    const refused = await read(await as("PUT", `${path}/config${query}`, file(settings)));
    expect(refused).toMatchObject({ ...REFUSED, errors: [{ field: "channels.0.settings.chat" }] });
  }
});

test("a chat where somebody sent /start is taken, for a day, however its name is written", async () => {
  const { as, path } = await person(api);
  const chat = newChat();
  await storeTelegramStart(api.db, [chat, "@Night_Watch"]);
  expect((await as("POST", `${path}/channels`, channel({ chat, topic: 7 }))).status).toBe(201);
  expect((await as("PUT", `${path}/config`, file({ chat: "@night_watch" }))).status).toBe(200);
  const late = newChat();
  await storeTelegramStart(api.db, [late]);
  await api.db
    .update(schema.telegramStarts)
    .set({ startedAt: new Date(Date.now() - 25 * 3_600_000) })
    .where(eq(schema.telegramStarts.chat, late));
  expect((await as("POST", `${path}/channels`, channel({ chat: late }))).status).toBe(400);
});

test("a channel with a bot of its own needs no agreement, and proves none for the instance's bot", async () => {
  const { as, path } = await person(api);
  const chat = newChat();
  const made = await read<{ id: string }>(
    await as("POST", `${path}/channels`, channel({ chat, token: TOKEN })),
  );
  const dropped = await as("PATCH", `${path}/channels/${made.id}`, { settings: { chat } });
  expect(await read(dropped)).toMatchObject(REFUSED);
  expect((await as("POST", `${path}/channels`, channel({ chat }))).status).toBe(400);
});

test("a channel that is there stays, and its project may write there again; another project may not", async () => {
  const { as, path, projectId } = await person(api);
  const chat = newChat();
  const stored = { projectId, kind: "telegram", name: "old", settings: { chat }, hint: `chat ${chat}` };
  const { id } = await createChannel(api.db, api.deps.keyring, { ...stored, checkIds: "all" });
  const moved = await as("PATCH", `${path}/channels/${id}`, { settings: { chat, topic: 3 } });
  expect(moved.status).toBe(200);
  const elsewhere = await as("PATCH", `${path}/channels/${id}`, { settings: { chat: newChat() } });
  expect(await read(elsewhere)).toMatchObject(REFUSED);
  await as("DELETE", `${path}/channels/${id}`);
  expect((await as("POST", `${path}/channels`, channel({ chat }))).status).toBe(201);
  const other = await person(api);
  expect((await other.as("POST", `${other.path}/channels`, channel({ chat }))).status).toBe(400);
});

test("a file is answered in words, and a channel can be saved again, where SECRET_KEY was changed", async () => {
  const { as, path, projectId } = await person(api);
  const lost = keyringOf(["l".repeat(32)]);
  const settings = { key: "0123456789abcdef0123456789abcdef" };
  const stored = { projectId, kind: "pagerduty", name: "on call", settings, hint: "PagerDuty" };
  const { id } = await createChannel(api.db, lost, { ...stored, checkIds: "all" });
  const refused = await read(await as("PUT", `${path}/config`, { version: 1 }));
  expect(refused).toMatchObject({
    status: 409,
    detail: expect.stringMatching(/The channel “on call” was encrypted with another SECRET_KEY/),
  });
  expect((await as("PATCH", `${path}/channels/${id}`, { settings })).status).toBe(200);
  expect((await as("PUT", `${path}/config`, { version: 1 })).status).toBe(200);
});
