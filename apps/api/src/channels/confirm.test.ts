import { confirmLink, schema, unsubscribeMailbox } from "@overdue/db";
import { and, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const { keyring } = api.deps;
const publicUrl = "https://overdue.example.org";
/** The instance's first account: its own address needs no confirmation. */
const first = await person(api);

type Channel = {
  id: string;
  hint: string;
  unconfirmedSince: string | null;
  askedAt: string | null;
  brokenBy: string | null;
};
type Someone = Pick<Awaited<ReturnType<typeof person>>, "as" | "path" | "projectId">;

let addresses = 0;
const newAddress = () => `reader-${(addresses += 1)}@example.net`;

async function withMailbox(to = newAddress()) {
  const someone = await person(api);
  const channel = await make(someone, to);
  const url = `${someone.path}/channels/${channel.id}`;
  return { ...someone, to, channel, url, at: linkFor(channel) };
}

async function make({ as, path }: Pick<Someone, "as" | "path">, to: string): Promise<Channel> {
  return await read(await as("POST", `${path}/channels`, { kind: "email", name: "Anna", settings: { to } }));
}

function linkFor({ id, hint }: Pick<Channel, "id" | "hint">, now = Date.now()): string {
  const link = new URL(confirmLink(keyring, { publicUrl, channelId: id, address: hint, now }));
  return link.pathname + link.search;
}

const questions = (channelId: string) =>
  api.db.$count(
    schema.deliveries,
    and(eq(schema.deliveries.channelId, channelId), eq(schema.deliveries.kind, "confirm")),
  );
const click = (at: string) => api.app.request(at, { method: "POST" });

test("a new address waits, and its reader is asked by mail", async () => {
  const { channel } = await withMailbox();
  expect(channel).toMatchObject({ unconfirmedSince: expect.any(String), askedAt: expect.any(String) });
  expect(await questions(channel.id)).toBe(1);
});

test("an owner's own proven address needs no confirmation when a program names it, and a stranger's does", async () => {
  const owner = await person(api);
  await api.db.update(schema.users).set({ emailVerified: true }).where(eq(schema.users.email, owner.email));
  const program = { ...(await keyHolder(api, owner.projectId, "write")), path: owner.path };
  expect(await make(program, owner.email)).toMatchObject({ unconfirmedSince: null });
  expect(await make(program, newAddress())).toMatchObject({ unconfirmedSince: expect.any(String) });
  expect(await make(program, (await person(api)).email)).toMatchObject({
    unconfirmedSince: expect.any(String),
  });
});

test("opening the link only asks; the button confirms, and may be pressed twice", async () => {
  const { as, url, at, to } = await withMailbox();
  const page = await (await api.app.request(at)).text();
  expect(page).toContain("Get alerts here?");
  expect(page).toContain(to);
  expect(await read<Channel>(await as("GET", url))).not.toMatchObject({ unconfirmedSince: null });
  expect(await (await click(at)).text()).toContain("Thank you");
  expect(await read(await as("GET", url))).toMatchObject({ unconfirmedSince: null });
  expect((await click(at)).status).toBe(200);
  expect(await (await api.app.request(at)).text()).toContain("Thank you");
});

test.each([
  ["another signature", (at: string) => at.replace(/signature=.{5}/, "signature=AAAAA"), 404],
  ["another address", (at: string) => at.replace("reader-", "victim-"), 404],
  ["another end", (at: string) => at.replace(/expires=\d/, "expires=9"), 404],
  ["nothing", () => "/confirm-address", 404],
])("a link with %s confirms nothing", async (_, forge, status) => {
  const { as, url, at } = await withMailbox();
  expect((await click(forge(at))).status).toBe(status);
  expect(await read<Channel>(await as("GET", url))).toMatchObject({ unconfirmedSince: expect.any(String) });
});

test("a link of four days ago is too old", async () => {
  const { as, url, channel } = await withMailbox();
  expect((await click(linkFor(channel, Date.now() - 4 * 86_400_000))).status).toBe(410);
  expect(await read<Channel>(await as("GET", url))).toMatchObject({ unconfirmedSince: expect.any(String) });
});

test("a new address has to be confirmed anew, and the old one's link is worth nothing for it", async () => {
  const { as, url, at } = await withMailbox();
  await click(at);
  const moved = await read<Channel>(await as("PATCH", url, { settings: { to: newAddress() } }));
  expect(moved).toMatchObject({ unconfirmedSince: expect.any(String) });
  expect((await click(at)).status).toBe(404);
  expect((await click(linkFor(moved))).status).toBe(200);
});

test("saving the same address, or another name, asks nobody again", async () => {
  const { as, url, at, to, channel } = await withMailbox();
  await click(at);
  await as("PATCH", url, { settings: { to } });
  expect(await read(await as("PATCH", url, { name: "Bert" }))).toMatchObject({ unconfirmedSince: null });
  expect(await questions(channel.id)).toBe(1);
});

test("one's own address needs none where the account's is known to be right", async () => {
  expect(await make(first, first.email.toUpperCase())).toMatchObject({ unconfirmedSince: null });
  const other = await person(api);
  const setProven = async (emailVerified: boolean) =>
    await api.db.update(schema.users).set({ emailVerified }).where(eq(schema.users.id, other.userId));
  await setProven(false);
  expect(await make(other, other.email)).toMatchObject({ unconfirmedSince: expect.any(String) });
  await setProven(true);
  expect(await make(other, other.email)).toMatchObject({ unconfirmedSince: null });
});

test("a key's word counts for nothing, not even for an owner's address", async () => {
  const key = await keyHolder(api, first.projectId, "write");
  const { path } = first;
  expect(await make({ as: key.as, path }, newAddress())).toMatchObject({
    unconfirmedSince: expect.any(String),
  });
});

test("an address that the project has confirmed once is taken again, by another project it is not", async () => {
  const { as, path, at, to } = await withMailbox();
  await click(at);
  expect(await make({ as, path }, to)).toMatchObject({ unconfirmedSince: null });
  expect(await make(await person(api), to)).toMatchObject({ unconfirmedSince: expect.any(String) });
});

test("an address that unsubscribed is asked again when it is saved, and only then", async () => {
  const { as, url, at, to, channel } = await withMailbox();
  await click(at);
  await api.db
    .update(schema.channels)
    .set({ brokenAt: new Date(), brokenBecause: "The recipient unsubscribed.", brokenBy: "recipient" })
    .where(eq(schema.channels.id, channel.id));
  expect((await as("POST", `${url}/test`)).status).toBe(409);
  expect((await as("POST", `${url}/confirmation`)).status).toBe(409);
  expect(await read(await as("PATCH", url, { settings: { to } }))).toMatchObject({
    brokenAt: null,
    unconfirmedSince: expect.any(String),
  });
  expect(await questions(channel.id)).toBe(2);
});

test("a link that was sent before its reader unsubscribed does not start the mails again", async () => {
  const { as, url, at, to, channel } = await withMailbox();
  await click(at);
  await unsubscribeMailbox(api.db, channel.id);
  for (const method of ["GET", "POST"]) {
    const page = await api.app.request(at, { method });
    expect(page.status).toBe(410);
    expect(await page.text()).toContain("These mails were stopped");
  }
  expect(await read(await as("GET", url))).toMatchObject({ brokenBy: "recipient" });
  const asked = await read<Channel>(await as("PATCH", url, { settings: { to } }));
  expect((await click(linkFor(asked))).status).toBe(200);
  expect(await read(await as("GET", url))).toMatchObject({ brokenBy: null, unconfirmedSince: null });
});

test("a test is refused until somebody agreed", async () => {
  const { as, url, at } = await withMailbox();
  expect((await as("POST", `${url}/test`)).status).toBe(409);
  await click(at);
  expect((await as("POST", `${url}/test`)).status).toBe(202);
});

test("the mail can be sent again, but nobody gets more than three a day, from whichever projects", async () => {
  const { as, url, to, channel } = await withMailbox();
  expect((await as("POST", `${url}/confirmation`)).status).toBe(202);
  const other = await withMailbox(to);
  expect(await questions(other.channel.id)).toBe(1);
  const third = await as("POST", `${url}/confirmation`);
  expect(third.status).toBe(429);
  expect(await read(third)).toMatchObject({ detail: expect.stringContaining("three a day") });
  expect(await questions(channel.id)).toBe(2);
  // One more channel is made all the same; it waits without a mail.
  expect((await withMailbox(to)).channel).toMatchObject({ askedAt: null });
});

test("a project sends at most fifty such mails a day", async () => {
  const { projectId, as, path } = await person(api);
  const rows = Array.from({ length: 50 }, (_, at) => ({ projectId, addressHash: `${projectId}-${at}` }));
  await api.db.insert(schema.addressQuestions).values(rows);
  expect(await make({ as, path }, newAddress())).toMatchObject({ askedAt: null });
});

test("a channel of another kind has nothing to confirm", async () => {
  const { as, path } = first;
  const hook = await read<Channel>(
    await as("POST", `${path}/channels`, {
      kind: "webhook",
      name: "x",
      settings: { url: "https://example.org/hook" },
    }),
  );
  expect(hook).toMatchObject({ unconfirmedSince: null, askedAt: null });
  expect((await as("POST", `${path}/channels/${hook.id}/confirmation`)).status).toBe(409);
});
