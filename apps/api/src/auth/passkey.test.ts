import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { securityKey } from "../../test/security-key.ts";
import { cookieOf, ORIGIN, PASSWORD, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
await person(api); // the operator

type Options = { challenge: string };
type Key = ReturnType<typeof securityKey>;

/** A person with a passkey. */
async function holder() {
  const ada = await person(api);
  const key = securityKey(ORIGIN);
  const { answer, id } = await register(ada, key);
  expect(answer.status).toBe(201);
  return { ...ada, key, passkeyId: id };
}

async function register({ cookie }: { cookie: string }, key: Key, wrong = {}) {
  const asked = await api.call("POST", "/v1/me/passkeys/options", { headers: { cookie } });
  const response = key.create(await read<Options>(asked), wrong);
  const headers = { cookie: `${cookie}; ${cookieOf(asked)}` };
  const answer = await api.call("POST", "/v1/me/passkeys", { json: { name: "Phone", response }, headers });
  const { id = "" } = (await answer.clone().json()) as { id?: string };
  return {
    answer,
    id,
    again: () => api.call("POST", "/v1/me/passkeys", { json: { name: "x", response }, headers }),
  };
}

/** An attempt to sign in: the options, and what then answers them. */
async function begin(cookie = "") {
  const asked = await api.call("POST", "/api/auth/passkey/options", { headers: { cookie } });
  const options = await read<Options>(asked);
  const headers = { cookie: [cookie, cookieOf(asked)].filter(Boolean).join("; ") };
  const send = (response: object, path = "/api/auth/passkey") =>
    api.call("POST", path, { json: { response }, headers });
  return { options, send, headers };
}

async function statusOfMe(response: Response): Promise<number> {
  return (await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(response) } })).status;
}

test("a passkey signs in without address and password", async () => {
  const { key, userId } = await holder();
  const { options, send } = await begin();
  const done = await send(key.get(options));
  expect(await read(done)).toEqual({ userId });
  expect(await statusOfMe(done)).toBe(200);
});

test("a passkey stands for both factors of an account with an authenticator app", async () => {
  const { key, email, cookie } = await holder();
  await withAuthenticator({
    as: (method, path, json) => api.call(method, path, { json, headers: { cookie } }),
  });
  const json = { email, password: PASSWORD };
  const half = await api.call("POST", "/api/auth/sign-in/email", { json });
  expect(await read(half)).toEqual({ secondFactor: ["code", "recoveryCode", "passkey"] });
  const { options, send } = await begin(cookieOf(half));
  expect(await statusOfMe(await send(key.get(options)))).toBe(200);
});

test("an answer that was used is refused when it is sent again", async () => {
  const { key } = await holder();
  const { options, send } = await begin();
  const response = key.get(options);
  expect((await send(response)).status).toBe(200);
  expect((await send(response)).status).toBe(400);
  expect((await (await begin()).send(response)).status).toBe(400);
});

test.each([
  ["of another site", { origin: "https://evil.example" }],
  ["for another relying party", { rpId: "evil.example" }],
  [
    "to a challenge that the client chose",
    { challenge: Buffer.from("chosen by me, 32 bytes long.....").toString("base64url") },
  ],
  ["of a device that did not check who uses it", { isVerified: false }],
  ["of a copy, whose counter is behind", { counter: 0 }],
])("an answer %s is refused", async (_, wrong) => {
  const { key } = await holder();
  const used = await begin();
  expect((await used.send(key.get(used.options))).status).toBe(200);
  const { options, send } = await begin();
  const refused = await send(key.get(options, wrong));
  expect(refused.status).toBe(400);
  expect(refused.headers.getSetCookie().join()).not.toContain("session_token");
  // The challenge is used up by a wrong answer too.
  expect((await send(key.get(options))).status).toBe(400);
});

test("a challenge is for the browser that asked for it, and one for adding signs nobody in", async () => {
  const { key, cookie } = await holder();
  const { options } = await begin();
  const other = await begin();
  expect((await other.send(key.get(options))).status).toBe(400);
  const adding = await api.call("POST", "/v1/me/passkeys/options", { headers: { cookie } });
  const { challenge } = await read<Options>(adding);
  const sent = await api.call("POST", "/api/auth/passkey", {
    json: { response: key.get({ challenge }) },
    headers: { cookie: cookieOf(adding) },
  });
  expect(sent.status).toBe(400);
});

test("a passkey is added by the person who asked for its challenge, from our own pages", async () => {
  const [ada, eve] = [await person(api), await person(api)];
  const asked = await api.call("POST", "/v1/me/passkeys/options", { headers: { cookie: ada.cookie } });
  const json = { name: "Eve's", response: securityKey(ORIGIN).create(await read<Options>(asked)) };
  const headers = { cookie: `${eve.cookie}; ${cookieOf(asked)}` };
  expect((await api.call("POST", "/v1/me/passkeys", { json, headers })).status).toBe(400);
  for (const wrong of [{ origin: "https://evil.example" }, { isVerified: false }])
    expect((await register(ada, securityKey(ORIGIN), wrong)).answer.status).toBe(400);
  const made = await register(ada, securityKey(ORIGIN));
  expect([made.answer.status, (await made.again()).status]).toEqual([201, 400]);
});

test("an unknown passkey gets the same answer as a wrong one", async () => {
  const { key } = await holder();
  const [one, other] = [await begin(), await begin()];
  const wrong = await one.send(key.get(one.options, { origin: "https://evil.example" }));
  const unknown = await other.send(securityKey(ORIGIN).get(other.options));
  expect([unknown.status, await unknown.text()]).toEqual([wrong.status, await wrong.text()]);
});

test("passkeys are listed, renamed and removed by their own person alone", async () => {
  const { as, passkeyId, key } = await holder();
  const eve = await person(api);
  const path = `/v1/me/passkeys/${passkeyId}`;
  expect((await eve.as("PATCH", path, { name: "Mine" })).status).toBe(404);
  expect((await eve.as("DELETE", path)).status).toBe(404);
  expect((await as("PATCH", path, { name: "Old phone" })).status).toBe(200);
  expect(await read(await as("GET", "/v1/me/passkeys"))).toMatchObject({
    items: [{ id: passkeyId, name: "Old phone", lastUsedAt: null }],
  });
  expect((await as("DELETE", path)).status).toBe(204);
  const { options, send } = await begin();
  expect((await send(key.get(options))).status).toBe(400);
});

test("a passkey proves again who one is, but not for another person's session", async () => {
  const [ada, eve] = [await holder(), await holder()];
  await api.deps.pool.query(
    "update sessions set verified_at = now() - interval '11 minutes' where user_id = $1",
    [ada.userId],
  );
  const make = () => ada.as("POST", `${ada.path}/keys`, { name: "k", scope: "read" });
  expect((await make()).status).toBe(403);
  const wrong = await begin(ada.cookie);
  expect((await wrong.send(eve.key.get(wrong.options), "/api/auth/verify/passkey")).status).toBe(400);
  expect((await make()).status).toBe(403);
  const right = await begin(ada.cookie);
  expect((await right.send(ada.key.get(right.options), "/api/auth/verify/passkey")).status).toBe(204);
  expect((await make()).status).toBe(201);
});
