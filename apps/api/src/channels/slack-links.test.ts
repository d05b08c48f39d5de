import { schema, takeSlackCode } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ slack: { clientId: "123.456", signingSecret: "s3cret" } });
type NewLink = { id: string; link: string };

test("a person sets out, comes back with a code, and a checker gets it", async () => {
  const anna = await person(api);
  const { id, state, address } = await setOut(anna);
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    client_id: "123.456",
    scope: "incoming-webhook,chat:write,chat:write.public",
    redirect_uri: "http://overdue.test/slack/callback",
  });
  const back = await comeBack(anna.cookie, { state, code: "abc" });
  expect(back.status).toBe(303);
  expect(back.headers.get("location")).toBe(
    `http://overdue.test/projects/${anna.projectId}/channels/new/slack?link=${id}`,
  );
  expect(await stateOf(anna, id)).toMatchObject({ state: "waiting", channelId: null });
  const [row] = await api.db.select().from(schema.slackLinks).where(eq(schema.slackLinks.id, id));
  expect(row?.code).not.toContain("abc");
  expect(row?.stateHash).not.toContain(state);
  expect(await takeSlackCode(api.db, api.deps.keyring)).toEqual({
    id,
    projectId: anna.projectId,
    code: "abc",
  });
  expect(await takeSlackCode(api.db, api.deps.keyring)).toBeNull();
});

test("a state is good once", async () => {
  const anna = await person(api);
  const { state } = await setOut(anna);
  await comeBack(anna.cookie, { state, code: "a" });
  expect((await comeBack(anna.cookie, { state, code: "b" })).status).toBe(404);
});

test("nobody comes back with the state of another, nor signed out, nor late", async () => {
  const [anna, eve] = [await person(api), await person(api)];
  const { id, state } = await setOut(anna);
  expect((await comeBack(eve.cookie, { state, code: "a" })).status).toBe(404);
  expect(await (await comeBack("", { state, code: "a" })).text()).toContain("You are signed out");
  await api.db
    .update(schema.slackLinks)
    .set({ expiresAt: new Date(0) })
    .where(eq(schema.slackLinks.id, id));
  expect((await comeBack(anna.cookie, { state, code: "a" })).status).toBe(404);
  expect(await stateOf(anna, id)).toMatchObject({ state: "expired" });
});

test("who is refused by Slack reads so", async () => {
  const anna = await person(api);
  const { id, state } = await setOut(anna);
  expect((await comeBack(anna.cookie, { state, error: "access_denied" })).status).toBe(303);
  expect(await stateOf(anna, id)).toMatchObject({
    state: "failed",
    problem: expect.stringContaining("not allowed"),
  });
});

test("no key sets out, and without an app nobody does", async () => {
  const anna = await person(api);
  const key = await keyHolder(api, anna.projectId, "write");
  expect((await key.as("POST", `${anna.path}/slack-links`)).status).toBe(403);
  const none = await testApi();
  const carl = await person(none);
  const refused = await carl.as("POST", `${carl.path}/slack-links`);
  expect(await read(refused)).toMatchObject({
    status: 409,
    detail: expect.stringContaining("SLACK_CLIENT_ID"),
  });
});

type Person = Awaited<ReturnType<typeof person>>;

async function setOut({ as, path }: Person) {
  const { id, link } = await read<NewLink>(await as("POST", `${path}/slack-links`));
  const address = new URL(link);
  expect(address.origin + address.pathname).toBe("https://slack.com/oauth/v2/authorize");
  return { id, address, state: address.searchParams.get("state") ?? "" };
}

function comeBack(cookie: string, query: Record<string, string>) {
  const path = `/slack/callback?${new URLSearchParams(query)}`;
  return api.app.request(path, { headers: cookie === "" ? {} : { cookie } });
}

async function stateOf({ as, path }: Person, id: string) {
  return read(await as("GET", `${path}/slack-links/${id}`));
}
