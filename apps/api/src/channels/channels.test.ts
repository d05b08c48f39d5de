import { keyringOf, openSettings, schema, seal } from "@overdue/db";
import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const SECRET = "https://hooks.slack.com/services/T000/B000/very-secret-part";
const SLACK = { kind: "slack", name: "ops", settings: { url: SECRET } };
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Channel = { id: string; hint: string; checkIds: string[]; shownOnce: Record<string, string> };
type Delivery = { id: string; kind: string; state: string; attempts: unknown[]; channelId: string };

async function withChannel(input: object = SLACK) {
  const someone = await person(api);
  const response = await someone.as("POST", `${someone.path}/channels`, input);
  expect(response.status).toBe(201);
  const channel = await read<Channel>(response);
  return { ...someone, channel, url: `${someone.path}/channels/${channel.id}` };
}

test("a channel's secret is stored sealed and never answered", async () => {
  const { as, url, path, channel } = await withChannel();
  const [row] = await api.db.select().from(schema.channels).where(eq(schema.channels.id, channel.id));
  expect(row?.settings).toMatch(/^v1\./);
  expect(JSON.stringify(row)).not.toContain("very-secret-part");
  for (const address of [url, `${path}/channels`]) {
    expect(await (await as("GET", address)).text()).not.toContain("very-secret-part");
  }
});

test("a webhook's signing secret is made, and shown this once", async () => {
  const webhook = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" } };
  const { as, url, channel } = await withChannel(webhook);
  expect(Object.values(channel.shownOnce).join()).toMatch(/whsec_/);
  expect(await (await as("GET", url)).text()).not.toContain("whsec_");
});

describe("the signing secret of a webhook", () => {
  const WEBHOOK = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" } };
  const storedSettings = async (id: string) => {
    const [row] = await api.db.select().from(schema.channels).where(eq(schema.channels.id, id));
    const ref = { projectId: row?.projectId ?? "", channelId: id };
    return openSettings(api.deps.keyring, ref, row?.settings ?? "");
  };

  test("is changed with an overlap, in which both sign, and the old one can be ended", async () => {
    const { as, url, channel } = await withChannel(WEBHOOK);
    const before = await storedSettings(channel.id);
    const rotated = await as("POST", `${url}/rotate-secret`, { keepOldSeconds: 3_600 });
    const { shownOnce, formerSecretUntil } = await read<Channel & { formerSecretUntil: string }>(rotated);
    expect(Date.parse(formerSecretUntil) - api.deps.now()).toBeGreaterThan(3_500_000);
    expect(shownOnce["secret"]).not.toBe(before?.["secret"]);
    expect(await storedSettings(channel.id)).toMatchObject({
      url: "https://example.org/hook",
      secret: shownOnce["secret"],
      formerSecret: before?.["secret"],
    });
    expect(await (await as("GET", url)).text()).not.toContain("whsec_");
    expect(await read(await as("POST", `${url}/end-former-secret`))).toMatchObject({
      formerSecretUntil: null,
    });
    expect(await storedSettings(channel.id)).not.toHaveProperty("formerSecret");
  });

  test("may be one of your own, of the form that receivers know", async () => {
    const { as, url, channel } = await withChannel(WEBHOOK);
    const own = `whsec_${"A".repeat(43)}=`;
    expect(await read(await as("POST", `${url}/rotate-secret`, { secret: own }))).toMatchObject({
      shownOnce: {},
    });
    expect(await storedSettings(channel.id)).toMatchObject({ secret: own });
    const weak = await as("POST", `${url}/rotate-secret`, { secret: "secret" });
    expect(await read(weak)).toMatchObject({ status: 400, errors: [{ field: "secret" }] });
  });

  test("is nothing that another kind of channel has", async () => {
    const { as, url } = await withChannel();
    expect(await read(await as("POST", `${url}/rotate-secret`, {}))).toMatchObject({
      status: 409,
      detail: "Only webhooks are signed: this channel has no signing secret.",
    });
  });
});

test("a channel that SECRET_KEY does not open says so, can be listed, and is mended by new settings", async () => {
  const { as, url, path, channel } = await withChannel();
  const lost = seal(
    keyringOf(["a key that this instance does not have"]),
    { table: "channels", column: "settings", rowId: channel.id, projectId: path.split("/").at(-1) ?? "" },
    "{}",
  );
  await api.db.update(schema.channels).set({ settings: lost }).where(eq(schema.channels.id, channel.id));
  expect(await read(await as("GET", url))).toMatchObject({ isUnreadable: true });
  expect(await read(await as("GET", `${path}/channels`))).toMatchObject({ items: [{ isUnreadable: true }] });
  const config = await as("GET", `${path}/config?secrets=yes`);
  expect(config.status).toBeLessThan(500);
  const mended = await as("PATCH", url, { settings: SLACK.settings });
  expect(await read(mended)).toMatchObject({ isUnreadable: false });
});

test.each([
  ["an unknown kind", { ...SLACK, kind: "carrier-pigeon" }, "kind"],
  ["a mailbox that is none", { kind: "email", name: "x", settings: { to: "nobody" } }, "settings.to"],
  ["no name", { ...SLACK, name: " " }, "name"],
])("%s is refused, naming the field", async (_, input, field) => {
  const { as, path } = await person(api);
  const response = await as("POST", `${path}/channels`, input);
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ errors: [{ field }] });
});

test("a new channel is for every check there is, unless it says for which", async () => {
  const { as, path } = await person(api);
  const { id } = await read<{ id: string }>(await as("POST", `${path}/checks`, HOURLY));
  expect(await read(await as("POST", `${path}/channels`, SLACK))).toMatchObject({ checkIds: [id] });
  const none = await as("POST", `${path}/channels`, { ...SLACK, checkIds: [] });
  expect(await read(none)).toMatchObject({ checkIds: [] });
});

test("a channel cannot take another project's check", async () => {
  const stranger = await person(api);
  const { id } = await read<{ id: string }>(await stranger.as("POST", `${stranger.path}/checks`, HOURLY));
  const { as, url } = await withChannel();
  const response = await as("PATCH", url, { checkIds: [id] });
  expect(await read(response)).toMatchObject({ status: 400, errors: [{ field: "checkIds" }] });
});

test("new settings mend a broken channel, a new name does not", async () => {
  const { as, url, channel } = await withChannel();
  const broken = { brokenAt: new Date(), brokenBecause: "The provider says it is gone." };
  await api.db.update(schema.channels).set(broken).where(eq(schema.channels.id, channel.id));
  const renamed = await as("PATCH", url, { name: "ops 2" });
  expect(await read(renamed)).toMatchObject({ name: "ops 2", brokenBecause: broken.brokenBecause });
  const mended = await as("PATCH", url, { settings: SLACK.settings });
  expect(await read(mended)).toMatchObject({ name: "ops 2", brokenAt: null, brokenBecause: null });
});

test("a channel is notified at once and groups as its kind does, until it is set otherwise", async () => {
  const { as, url, path, channel } = await withChannel();
  expect(channel).toMatchObject({ collectMinutes: 0, groups: null });
  const collecting = await as("PATCH", url, { collectMinutes: 30, groups: false });
  expect(await read(collecting)).toMatchObject({ collectMinutes: 30, groups: false });
  expect(await read(await as("PATCH", url, { name: "ops 2" }))).toMatchObject({
    collectMinutes: 30,
    groups: false,
  });
  expect(await read(await as("PATCH", url, { groups: null }))).toMatchObject({
    collectMinutes: 30,
    groups: null,
  });
  const made = await as("POST", `${path}/channels`, { ...SLACK, collectMinutes: 5, groups: true });
  expect(await read(made)).toMatchObject({ collectMinutes: 5, groups: true });
});

test.each([-1, 1.5, 1_441])("a channel does not collect for %d minutes", async (collectMinutes) => {
  const { as, url } = await withChannel();
  const response = await as("PATCH", url, { collectMinutes });
  expect(await read(response)).toMatchObject({ status: 400, errors: [{ field: "collectMinutes" }] });
});

test("a deleted channel is gone until it is restored", async () => {
  const { as, url, path } = await withChannel();
  expect((await as("DELETE", url)).status).toBe(204);
  expect((await as("GET", url)).status).toBe(404);
  expect((await as("POST", `${url}/test`)).status).toBe(404);
  expect(await read(await as("GET", `${path}/channels`))).toEqual({ items: [], next: null });
  expect((await as("POST", `${url}/restore`)).status).toBe(200);
  expect((await as("GET", url)).status).toBe(200);
});

test("a test is queued as a delivery; the sixth in a minute is refused", async () => {
  const { as, url, path, channel } = await withChannel();
  const queued = await as("POST", `${url}/test`);
  expect(queued.status).toBe(202);
  const { deliveryId } = await read<{ deliveryId: string }>(queued);
  const delivery = await read<Delivery>(await as("GET", `${path}/deliveries/${deliveryId}`));
  expect(delivery).toMatchObject({ kind: "test", state: "pending", channelId: channel.id, attempts: [] });
  for (let sent = 1; sent < 5; sent += 1) await as("POST", `${url}/test`);
  expect((await as("POST", `${url}/test`)).status).toBe(429);
});

test("deliveries are listed by their state", async () => {
  const { as, url, path } = await withChannel();
  await as("POST", `${url}/test`);
  const count = async (state: string) =>
    (await read<{ items: Delivery[] }>(await as("GET", `${path}/deliveries?state=${state}`))).items.length;
  expect([await count("pending"), await count("failed")]).toEqual([1, 0]);
  expect((await as("GET", `${path}/deliveries?state=lost`)).status).toBe(400);
});

test("deliveries are listed newest first, page by page, with their attempts", async () => {
  const { as, url, path, projectId } = await withChannel();
  for (let sent = 0; sent < 3; sent += 1) await as("POST", `${url}/test`);
  const first = await read<{ items: Delivery[]; next: string }>(
    await as("GET", `${path}/deliveries?limit=2`),
  );
  const second = await read<{ items: Delivery[]; next: null }>(
    await as("GET", `${path}/deliveries?limit=2&cursor=${first.next}`),
  );
  expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
  const [oldest] = second.items;
  const now = new Date();
  await api.db.insert(schema.deliveryAttempts).values({
    projectId,
    deliveryId: oldest?.id ?? "",
    attempt: 1,
    startedAt: now,
    finishedAt: now,
    outcome: "retry",
    statusCode: 500,
    answer: "sorry",
  });
  expect(await read(await as("GET", `${path}/deliveries/${oldest?.id}`))).toMatchObject({
    attempts: [{ attempt: 1, outcome: "retry", statusCode: 500, answer: "sorry" }],
  });
});

describe("before a channel is saved, its form warns of", () => {
  test.each([
    [
      "an e-mail without a mail server",
      { kind: "email" },
      [{ field: null, message: expect.stringContaining("SMTP_URL") }],
    ],
    [
      "a webhook at a private address",
      { kind: "webhook", settings: { url: "http://192.168.1.5/hook" } },
      [{ field: "url", message: expect.stringContaining("ALLOW_PRIVATE_NETWORKS") }],
    ],
    ["a webhook that is in reach", { kind: "webhook", settings: { url: "https://example.org/hook" } }, []],
    ["a setting that is no text yet", { kind: "webhook", settings: { url: 5 } }, []],
    ["a kind that does not exist", { kind: "pigeon" }, []],
  ])("%s", async (_, asked, items) => {
    // No SMTP_URL is set for the tests' api.
    const { as, path } = await person(api);
    expect(await read(await as("POST", `${path}/channels/warnings`, asked))).toEqual({ items });
  });
});

test("a channel tells its newest test and what came of it", async () => {
  const { as, path } = await person(api);
  const channel = await read<{ id: string }>(
    await as("POST", `${path}/channels`, {
      kind: "webhook",
      name: "hook",
      settings: { url: "https://example.org/" },
    }),
  );
  const url = `${path}/channels/${channel.id}`;
  expect(await read(await as("GET", url))).toMatchObject({ lastTrial: null });
  const { deliveryId } = await read<{ deliveryId: string }>(await as("POST", `${url}/test`));
  const expected = { deliveryId, kind: "test", state: "pending", lastError: null };
  expect(await read(await as("GET", url))).toMatchObject({ lastTrial: expected });
  expect(await read(await as("GET", `${path}/channels`))).toMatchObject({ items: [{ lastTrial: expected }] });
});
