import { unsubscribeLink } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const { keyring } = api.deps;
const publicUrl = "https://overdue.example.org";

async function withMailbox() {
  const someone = await person(api);
  const input = { kind: "email", name: "Anna", settings: { to: "anna@example.org" } };
  const { id } = await read<{ id: string }>(await someone.as("POST", `${someone.path}/channels`, input));
  const link = new URL(unsubscribeLink(keyring, { publicUrl, channelId: id }));
  return { ...someone, url: `${someone.path}/channels/${id}`, at: link.pathname + link.search };
}

test("opening the link only asks", async () => {
  const { as, url, at } = await withMailbox();
  const page = await api.app.request(at);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Stop these mails?");
  expect(await read(await as("GET", url))).toMatchObject({ brokenAt: null });
});

test("one click of a mail program stops the mails, and the app says why; a new address mends it", async () => {
  const { as, url, at } = await withMailbox();
  const body = "List-Unsubscribe=One-Click";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  expect((await api.app.request(at, { method: "POST", body, headers })).status).toBe(200);
  expect(await read(await as("GET", url))).toMatchObject({
    brokenAt: expect.any(String),
    brokenBecause: expect.stringContaining("unsubscribed"),
  });
  expect(await (await api.app.request(at)).text()).toContain("No more mails");
  const mended = await as("PATCH", url, { settings: { to: "bert@example.org" } });
  expect(await read(mended)).toMatchObject({ brokenAt: null });
});

test.each([
  ["another signature", (at: string) => at.replace(/signature=.{5}/, "signature=AAAAA")],
  ["another channel", (at: string) => at.replace(/channel=.{8}/, "channel=00000000")],
  ["nothing", () => "/unsubscribe"],
])("a link with %s stops nothing", async (_, forge) => {
  const { as, url, at } = await withMailbox();
  expect((await api.app.request(forge(at), { method: "POST" })).status).toBe(404);
  expect(await read(await as("GET", url))).toMatchObject({ brokenAt: null });
});
