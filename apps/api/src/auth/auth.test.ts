import { newSetupToken } from "@overdue/db";
import { expect, test } from "vitest";

import { cookieOf, ORIGIN, PASSWORD, person, read, testApi } from "../../test/test-api.ts";

const SIGN_UP = "/api/auth/sign-up/email";
const SIGN_IN = "/api/auth/sign-in/email";

test("the first account needs the setup token, and the token works once", async () => {
  const api = await testApi();
  const json = { email: "ada@example.org", password: PASSWORD };
  const setupToken = await newSetupToken(api.db);
  expect((await api.call("POST", SIGN_UP, { json })).status).toBe(403);
  expect((await api.call("POST", SIGN_UP, { json: { ...json, setupToken: "guessed" } })).status).toBe(403);
  expect(await read(await api.call("GET", "/v1/instance"))).toMatchObject({ setupNeeded: true });

  const made = await api.call("POST", SIGN_UP, { json: { ...json, setupToken } });
  expect(made.status).toBe(200);
  expect(await read(await api.call("GET", "/v1/instance"))).toMatchObject({ setupNeeded: false });
  const me = await read(await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(made) } }));
  expect(me).toMatchObject({ user: { name: "ada" }, projects: [{ name: "My project", role: "owner" }] });
});

test("two at once with the same token make one account", async () => {
  const api = await testApi({ registration: "closed" });
  const setupToken = await newSetupToken(api.db);
  const tries = ["a", "b"].map((name) =>
    api.call("POST", SIGN_UP, { json: { email: `${name}@example.org`, password: PASSWORD, setupToken } }),
  );
  const statuses = (await Promise.all(tries)).map((response) => response.status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 403]);
});

test.each([
  ["open", 200],
  ["invite", 403],
  ["closed", 403],
] as const)("registration %s answers a second account with %i", async (registration, status) => {
  const api = await testApi({ registration });
  const setupToken = await newSetupToken(api.db);
  const first = { email: "first@example.org", password: PASSWORD, setupToken };
  expect((await api.call("POST", SIGN_UP, { json: first })).status).toBe(200);
  const second = await api.call("POST", SIGN_UP, { json: { email: "b@example.org", password: PASSWORD } });
  expect(second.status).toBe(status);
});

test("a wrong password, an unknown address and no address at all get the same answer", async () => {
  const api = await testApi();
  const { email } = await person(api);
  const tries = [email, "nobody@example.org", "not an address"].map(async (address) => {
    const response = await api.call("POST", SIGN_IN, {
      json: { email: address, password: "wrong password" },
    });
    return { status: response.status, body: await response.text(), cookies: response.headers.getSetCookie() };
  });
  const [wrong, unknown, none] = await Promise.all(tries);
  expect(wrong).toMatchObject({ status: 401, cookies: [] });
  expect(unknown).toEqual(wrong);
  expect(none).toEqual(wrong);
});

test("one signs in, and out for good", async () => {
  const api = await testApi();
  const { email } = await person(api);
  const signedIn = await api.call("POST", SIGN_IN, { json: { email, password: PASSWORD } });
  const cookie = cookieOf(signedIn);
  expect((await api.call("GET", "/v1/me", { headers: { cookie } })).status).toBe(200);
  expect((await api.call("POST", "/api/auth/sign-out", { headers: { cookie } })).status).toBe(204);
  expect((await api.call("GET", "/v1/me", { headers: { cookie } })).status).toBe(401);
});

test("changing the password ends the other sessions", async () => {
  const api = await testApi();
  const { email, as } = await person(api);
  const elsewhere = cookieOf(await api.call("POST", SIGN_IN, { json: { email, password: PASSWORD } }));
  const change = { currentPassword: PASSWORD, newPassword: "another long password" };
  expect((await as("POST", "/api/auth/change-password", change)).status).toBe(204);
  expect((await api.call("GET", "/v1/me", { headers: { cookie: elsewhere } })).status).toBe(401);
});

test.each([
  ["short", "eleven char"],
  ["long", "x".repeat(129)],
])("a password too %s is refused by name", async (_, password) => {
  const api = await testApi();
  const response = await api.call("POST", SIGN_UP, { json: { email: "a@example.org", password } });
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ code: "invalid_input", errors: [{ field: "password" }] });
});

test.each([
  "password12345",
  "P@ssw0rd2026!",
  "aaaaaaaaaaaa",
  "qwertyuiop123",
  "overdue-2026-11",
  "ada@example.org1",
])("%s, which is among the first that are guessed, is refused", async (password) => {
  const api = await testApi();
  const setupToken = await newSetupToken(api.db);
  const json = { email: "ada@example.org", password, setupToken };
  const response = await api.call("POST", SIGN_UP, { json });
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ errors: [{ field: "password" }] });
});

test("a session ends after 30 days, however much it is used", async () => {
  const api = await testApi();
  const { as } = await person(api);
  await api.deps.pool.query("update sessions set created_at = now() - interval '29 days 23 hours'");
  expect((await as("GET", "/v1/me")).status).toBe(200);
  await api.deps.pool.query("update sessions set created_at = now() - interval '30 days 1 minute'");
  expect((await as("GET", "/v1/me")).status).toBe(401);
});

test("the session cookie is for us alone where we are reached by https", async () => {
  const origin = "https://overdue.test";
  const api = await testApi({ publicUrl: origin, origins: [origin] });
  const setupToken = await newSetupToken(api.db);
  const json = { email: "a@example.org", password: PASSWORD, setupToken };
  const response = await api.call("POST", SIGN_UP, { json, headers: { origin } });
  const [cookie] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-overdue\.session_token=/);
  expect(cookie).toMatch(/; Path=\//);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; Secure/);
  expect(cookie).toMatch(/; SameSite=Lax/i);
  expect(cookie).not.toMatch(/Domain=/i);
});

test.each([
  ["no origin", {}],
  ["an opaque origin", { origin: "null" }],
  ["another site", { origin: "https://evil.example" }],
  ["a name that only begins like ours", { origin: `${ORIGIN}.evil.example` }],
  ["a site that says it is cross-site", { "sec-fetch-site": "cross-site" }],
])("a change by cookie from %s is refused", async (_, headers) => {
  const api = await testApi();
  const { cookie, projectId } = await person(api);
  const response = await api.app.request(`/v1/projects/${projectId}`, {
    method: "DELETE",
    headers: { cookie, ...headers },
  });
  expect(response.status).toBe(403);
  expect((await api.call("GET", `/v1/projects/${projectId}`, { headers: { cookie } })).status).toBe(200);
});

test("nothing of better-auth answers that we did not register", async () => {
  const api = await testApi();
  const paths = [
    "/get-session",
    "/list-sessions",
    "/update-user",
    "/delete-user",
    "/request-password-reset",
    "/ok",
  ];
  for (const path of [...paths, "/api-key/create", "/sign-in/social", "/error"]) {
    for (const method of ["GET", "POST"]) {
      expect((await api.call(method, `/api/auth${path}`, method === "POST" ? { json: {} } : {})).status).toBe(
        404,
      );
    }
  }
});

test("better-auth has the endpoints it had when we looked at each; a new one is looked at before it lands", async () => {
  const api = await testApi();
  const paths = Object.values(api.deps.auth.api).map((endpoint) => (endpoint as { path?: string }).path);
  expect(paths.filter((path) => path !== undefined).toSorted()).toMatchSnapshot();
});
