import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { BODIES, fillProject, pathOf } from "../../test/one-of-everything.ts";
import { keyHolder, PASSWORD, person, read, testApi } from "../../test/test-api.ts";
import { registeredRoutes } from "../http/access.ts";

const api = await testApi();
await person(api); // the operator

async function age(userId: string, minutes: number): Promise<void> {
  await api.deps.pool.query(
    "update sessions set verified_at = now() - make_interval(mins => $2::int) where user_id = $1",
    [userId, minutes],
  );
}

test("what is dangerous wants a proof of the last ten minutes, and does nothing without", async () => {
  const ada = await person(api);
  const ids = { ...(await fillProject(api, ada)), passkeyId: ada.projectId };
  await age(ada.userId, 11);
  const dangerous = registeredRoutes(api.app.routes).filter(({ access }) => "fresh" in access);
  expect(dangerous.length).toBeGreaterThan(12);
  for (const route of dangerous) {
    const name = `${route.method} ${route.path}`;
    const json =
      name.startsWith("PATCH") && name.includes("channels")
        ? { settings: { to: "b@example.org" } }
        : BODIES[name];
    const body = route.method === "GET" ? [] : [json ?? {}];
    const refused = await ada.as(route.method, pathOf(route, ids), ...body);
    expect([name, refused.status, (await read(refused))["code"]]).toEqual([
      name,
      403,
      "fresh_sign_in_needed",
    ]);
  }
});

test("nine minutes after signing in nothing is asked, and a channel's name never needs it", async () => {
  const ada = await person(api);
  await age(ada.userId, 9);
  const input = { kind: "email", name: "Mail", settings: { to: "ada@example.org" } };
  expect((await ada.as("POST", `${ada.path}/keys`, { name: "k", scope: "read" })).status).toBe(201);
  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/channels`, input));
  await age(ada.userId, 11);
  expect((await ada.as("PATCH", `${ada.path}/channels/${id}`, { name: "Other" })).status).toBe(200);
  expect(
    (await ada.as("PATCH", `${ada.path}/channels/${id}`, { settings: { to: "b@example.org" } })).status,
  ).toBe(403);
});

test("an API key that writes is asked for nothing", async () => {
  const ada = await person(api);
  const key = await keyHolder(api, ada.projectId, "write");
  const input = { kind: "email", name: "Mail", settings: { to: "ada@example.org" } };
  const { id } = await read<{ id: string }>(await key.as("POST", `${ada.path}/channels`, input));
  await age(ada.userId, 11);
  const edited = await key.as("PATCH", `${ada.path}/channels/${id}`, { settings: { to: "b@example.org" } });
  expect(edited.status).toBe(200);
});

test("the password proves it again, for this session alone", async () => {
  const ada = await person(api);
  const elsewhere = await api.call("POST", "/api/auth/sign-in/email", {
    json: { email: ada.email, password: PASSWORD },
  });
  await age(ada.userId, 11);
  const make = (cookie: string) =>
    api.call("POST", `${ada.path}/keys`, { json: { name: "k", scope: "read" }, headers: { cookie } });
  expect((await ada.as("POST", "/api/auth/verify", { password: "wrong password" })).status).toBe(400);
  expect((await make(ada.cookie)).status).toBe(403);
  expect((await ada.as("POST", "/api/auth/verify", { password: PASSWORD })).status).toBe(204);
  expect((await make(ada.cookie)).status).toBe(201);
  expect((await make(elsewhere.headers.getSetCookie()[0]?.split(";")[0] ?? "")).status).toBe(403);
});

test("with an authenticator app the password does not do, and the code does", async () => {
  const ada = await person(api);
  const { codeAt, recoveryCodes, cookie } = await withAuthenticator(ada);
  await age(ada.userId, 11);
  const verify = (json: object) => api.call("POST", "/api/auth/verify", { json, headers: { cookie } });
  expect((await verify({ password: PASSWORD })).status).toBe(400);
  expect((await verify({ code: "000000" })).status).toBe(400);
  expect((await verify({ code: codeAt() })).status).toBe(204);
  await age(ada.userId, 11);
  expect((await verify({ recoveryCode: recoveryCodes[0] })).status).toBe(204);
});
