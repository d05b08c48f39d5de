import { expect, test } from "vitest";

import { phone, withAuthenticator } from "../../test/authenticator.ts";
import { cookieOf, PASSWORD, person, read, testApi } from "../../test/test-api.ts";
import { registeredRoutes } from "../http/access.ts";

const api = await testApi();
await person(api); // the operator
const SIGN_IN = "/api/auth/sign-in/email";
const SECOND = "/api/auth/second-factor";

async function enterPassword(email: string) {
  const response = await api.call("POST", SIGN_IN, { json: { email, password: PASSWORD } });
  const headers = { cookie: cookieOf(response) };
  const finish = (json: object) => api.call("POST", SECOND, { json, headers });
  return { response, headers, finish };
}

async function statusOfMe(cookie: string): Promise<number> {
  return (await api.call("GET", "/v1/me", { headers: { cookie } })).status;
}

test("with an authenticator app, the password alone opens nothing, and the code after it signs in", async () => {
  const { email, as } = await person(api);
  const { codeAt } = await withAuthenticator({ as });
  const { response, headers, finish } = await enterPassword(email);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ secondFactor: ["code", "recoveryCode"] });
  expect(await statusOfMe(headers.cookie)).toBe(401);
  const done = await finish({ code: codeAt() });
  expect(done.status).toBe(200);
  expect(await statusOfMe(cookieOf(done))).toBe(200);
});

test("with the first factor only, every route that wants somebody answers 401", async () => {
  const { email, as, path } = await person(api);
  await withAuthenticator({ as });
  const { headers } = await enterPassword(email);
  const closed = registeredRoutes(api.app.routes).filter(
    ({ access }) => access.auth === "signed-in" || access.auth === "project",
  );
  expect(closed.length).toBeGreaterThan(100);
  const id = path.split("/").at(-1) ?? "";
  for (const { method, path: pattern } of closed) {
    const url = pattern.replaceAll(/:(\w+)/g, id);
    const answer = await api.call(method === "ALL" ? "GET" : method, url, { headers });
    expect([url, answer.status]).toEqual([url, 401]);
  }
});

test("no cached cookie can stand in for a session that has ended", () => {
  expect(api.deps.auth.options.session.cookieCache).toEqual({ enabled: false });
});

test("a code works once, even for two requests at once, and codes before it no more", async () => {
  const { email, as } = await person(api);
  const { codeAt, usedCode } = await withAuthenticator({ as });
  const [one, other] = [await enterPassword(email), await enterPassword(email)];
  expect((await one.finish({ code: usedCode })).status).toBe(400);
  const code = codeAt();
  const statuses = (await Promise.all([one.finish({ code }), other.finish({ code })])).map(
    ({ status }) => status,
  );
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 400]);
  const third = await enterPassword(email);
  expect((await third.finish({ code })).status).toBe(400);
  expect((await third.finish({ code: codeAt(Date.now() + 30_000) })).status).toBe(200);
});

test("codes of minutes ago and of minutes ahead are refused", async () => {
  const { email, as } = await person(api);
  const { codeAt } = await withAuthenticator({ as });
  const { finish } = await enterPassword(email);
  expect((await finish({ code: codeAt(Date.now() - 120_000) })).status).toBe(400);
  expect((await finish({ code: codeAt(Date.now() + 120_000) })).status).toBe(400);
});

test("after five wrong codes even the right one waits for a quarter of an hour", async () => {
  const { email, as } = await person(api);
  const { codeAt, recoveryCodes } = await withAuthenticator({ as });
  const { finish } = await enterPassword(email);
  for (const code of ["000000", "000001", "000002", "000003", "000004"])
    expect((await finish({ code })).status).toBe(400);
  expect((await finish({ code: codeAt() })).status).toBe(429);
  // A password entered again is no way around it.
  const again = await enterPassword(email);
  expect((await again.finish({ recoveryCode: recoveryCodes[0] })).status).toBe(429);
});

test("ten recovery codes are stored hashed, and each works once, typed as one likes", async () => {
  const { email, userId, as } = await person(api);
  const { recoveryCodes } = await withAuthenticator({ as });
  expect(new Set(recoveryCodes).size).toBe(10);
  const [code = "", second = ""] = recoveryCodes;
  const stored = await api.deps.pool.query<{ hash: string }>(
    "select hash from recovery_codes where user_id = $1",
    [userId],
  );
  expect(stored).toHaveLength(10);
  expect(stored.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  const one = await enterPassword(email);
  const used = await one.finish({ recoveryCode: ` ${code.toUpperCase().replaceAll("-", " ")} ` });
  expect(used.status).toBe(200);
  const other = await enterPassword(email);
  expect((await other.finish({ recoveryCode: code })).status).toBe(400);
  expect((await other.finish({ recoveryCode: second })).status).toBe(200);
  const methods = await api.call("GET", "/v1/me/sign-in", { headers: { cookie: cookieOf(used) } });
  expect(await read(methods)).toMatchObject({ recoveryCodesLeft: 8 });
});

test("the secret of the app is stored sealed, for this person alone", async () => {
  const { userId, as } = await person(api);
  const { secret } = await read<{ secret: string }>(await as("POST", "/v1/me/authenticator"));
  const rows = await api.deps.pool.query<{ secret: string }>(
    "select secret from authenticators where user_id = $1",
    [userId],
  );
  expect(rows[0]?.secret).toMatch(/^v1\./);
  expect(rows[0]?.secret).not.toContain(secret);
});

test("turning it on ends every other session, and gives this one another cookie", async () => {
  const { email, as, cookie } = await person(api);
  const elsewhere = cookieOf(await api.call("POST", SIGN_IN, { json: { email, password: PASSWORD } }));
  const { cookie: renewed } = await withAuthenticator({ as });
  expect(await Promise.all([elsewhere, cookie, renewed].map(statusOfMe))).toEqual([401, 401, 200]);
});

test("a set-up that is not confirmed protects nothing, and can be begun again", async () => {
  const { email, as } = await person(api);
  await as("POST", "/v1/me/authenticator");
  const { uri } = await read<{ uri: string }>(await as("POST", "/v1/me/authenticator"));
  expect((await as("POST", "/v1/me/authenticator/confirm", { code: "000000" })).status).toBe(400);
  expect((await enterPassword(email)).response.status).toBe(200);
  expect((await as("POST", "/v1/me/authenticator/confirm", { code: phone(uri)() })).status).toBe(200);
  expect((await enterPassword(email)).response.status).toBe(202);
});

test("a second app cannot be set up beside the first, and removing it asks for no code any more", async () => {
  const { email, as } = await person(api);
  const { cookie } = await withAuthenticator({ as });
  const here = (method: string, path: string) => api.call(method, path, { headers: { cookie } });
  expect((await here("POST", "/v1/me/authenticator")).status).toBe(409);
  const renewed = await read<{ recoveryCodes: string[] }>(await here("POST", "/v1/me/recovery-codes"));
  expect(renewed.recoveryCodes).toHaveLength(10);
  expect((await here("DELETE", "/v1/me/authenticator")).status).toBe(204);
  expect((await enterPassword(email)).response.status).toBe(200);
});

test("each change is in the audit log, and is notified by mail", async () => {
  const here = await testApi({ mail: true });
  await person(here);
  const { email, as, path } = await person(here);
  const { cookie } = await withAuthenticator({ as });
  await here.call("DELETE", "/v1/me/authenticator", { headers: { cookie } });
  const rows = await here.deps.pool.query<{ name: string }>(
    "select name from account_mails where email = $1 and kind = 'sign-in-changed' order by id",
    [email],
  );
  expect(rows.map(({ name }) => name)).toEqual(["authenticator-on", "authenticator-off"]);
  const signedIn = await here.call("POST", SIGN_IN, { json: { email, password: PASSWORD } });
  const audit = await here.call("GET", `${path}/audit`, { headers: { cookie: cookieOf(signedIn) } });
  const { items } = await read<{ items: { action: string }[] }>(audit);
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["account.authenticator-on", "account.authenticator-off"]),
  );
});

test("a hash by scrypt from before becomes argon2id when its owner signs in", async () => {
  const { email, userId } = await person(api);
  const scrypt =
    "6751f7f6452e24156bb3e1d4353be9ea:b1246b99791c32d280dda1d3e2ea42d98bd2d90b6c1a086c9687a5d773c80a15dc1e9b7653ea53598cdba336e933002ff79597da223b72054a91a86f70d6d3ab";
  await api.deps.pool.query("update accounts set password = $1 where user_id = $2", [scrypt, userId]);
  expect((await api.call("POST", SIGN_IN, { json: { email, password: "wrong password" } })).status).toBe(401);
  expect((await enterPassword(email)).response.status).toBe(200);
  const rows = await api.deps.pool.query<{ password: string }>(
    "select password from accounts where user_id = $1",
    [userId],
  );
  expect(rows[0]?.password).toMatch(/^\$argon2id\$/);
  expect((await enterPassword(email)).response.status).toBe(200);
});

test("signing in again in the same browser ends the session that it had", async () => {
  const { email, cookie } = await person(api);
  const json = { email, password: PASSWORD };
  const renewed = await api.call("POST", SIGN_IN, { json, headers: { cookie } });
  expect(await Promise.all([cookie, cookieOf(renewed)].map(statusOfMe))).toEqual([401, 200]);
});
