import { storeBotName, schema, useTelegramLink } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Link = { id: string; link: string; groupLink: string; command: string; expiresAt: string };

test("without a bot the operator's setting is named", async () => {
  const { as, path } = await person(api);
  const response = await as("POST", `${path}/telegram-links`);
  expect(response.status).toBe(409);
  expect(await response.text()).toContain("TELEGRAM_BOT_TOKEN");
});

test("a code stands in three ways to send it, is kept as a hash alone, and is linked once it was sent", async () => {
  await storeBotName(api.db, "overdue_bot");
  const { as, path } = await person(api);
  const made = await read<Link>(await as("POST", `${path}/telegram-links`));
  const code = made.link.replace("https://t.me/overdue_bot?start=", "");
  expect(code).toMatch(/^[\w-]{24}$/);
  expect(made).toMatchObject({
    groupLink: `https://t.me/overdue_bot?startgroup=${code}`,
    command: `/start@overdue_bot ${code}`,
  });
  const rows = await api.db.select().from(schema.telegramLinks);
  expect(JSON.stringify(rows)).not.toContain(code);
  const url = `${path}/telegram-links/${made.id}`;
  expect(await read(await as("GET", url))).toMatchObject({ state: "waiting", channelId: null });
  const chat = { name: "Anna", settings: { chat: "7" }, hint: "chat 7" };
  expect(await useTelegramLink(api.db, api.deps.keyring, { code, chat })).toBe("linked");
  const linked = await read<{ channelId: string }>(await as("GET", url));
  expect(linked).toMatchObject({ state: "linked" });
  expect(await read(await as("GET", `${path}/channels/${linked.channelId}`))).toMatchObject({ name: "Anna" });
});

test("after its time a code is good for nothing", async () => {
  await storeBotName(api.db, "overdue_bot");
  const { as, path } = await person(api);
  const made = await read<Link>(await as("POST", `${path}/telegram-links`));
  const over = { expiresAt: new Date(Date.now() - 1_000) };
  await api.db.update(schema.telegramLinks).set(over).where(eq(schema.telegramLinks.id, made.id));
  const code = made.link.split("=")[1] ?? "";
  const chat = { name: "Anna", settings: { chat: "7" }, hint: "chat 7" };
  expect(await useTelegramLink(api.db, api.deps.keyring, { code, chat })).toBe("unknown");
  expect(await read(await as("GET", `${path}/telegram-links/${made.id}`))).toMatchObject({
    state: "expired",
  });
});
