import { aCheck } from "@overdue/testkit";
import { Session } from "@overdue/db";
import { expect, test, vi } from "vitest";

import { keyHolder, ORIGIN, PASSWORD, person, read, testApi, type TestApi } from "../../test/test-api.ts";

const RULE = { schedule: { kind: "interval", everySeconds: 3_600 } };

/** As an operator's failover or an administrator leaves it: every connection opened from now on may only read. */
async function becomeReadOnly(api: TestApi, isReadOnly: boolean): Promise<void> {
  const { pathname, href } = new URL(api.database.url);
  const client = new Session({ url: href.replace(pathname, "/postgres"), name: "test" });
  const name = pathname.slice(1);
  await client.query(`alter database ${name} set default_transaction_read_only = ${isReadOnly}`);
  await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  await client.end();
}

/** The pools have noticed that their old connections ended. */
async function waitForReadOnly(api: TestApi): Promise<void> {
  await vi.waitFor(async () => expect((await api.call("GET", "/v1/instance")).status).toBe(200));
  await vi.waitFor(async () => expect(await isReadOnly(api)).toBe(true));
}

async function isReadOnly(api: TestApi): Promise<boolean> {
  const rows = await api.deps.pool.query<{ it: string }>("show transaction_read_only");
  return Object.values(rows[0] ?? {})[0] === "on";
}

/** All sessions were prolonged two days ago. */
async function ageSessions(api: TestApi): Promise<void> {
  const client = new Session({ url: api.database.url, name: "test" });
  await client.query("set default_transaction_read_only = off");
  await client.query("update sessions set expires_at = expires_at - interval '2 days'");
  await client.end();
}

async function scene() {
  const api = await testApi();
  const ada = await person(api);
  const { key } = await keyHolder(api, ada.projectId, "write");
  const { id, pingUuid } = await aCheck(api.deps.pool, { projectId: ada.projectId });
  await becomeReadOnly(api, true);
  await waitForReadOnly(api);
  return { api, ada, key, check: `${ada.path}/checks/${id}`, pingUuid };
}

test("while the database is read-only, whatever must write answers 503 with a sentence and Retry-After", async () => {
  const { api, ada, key, check, pingUuid } = await scene();
  const headers = { "x-api-key": key };
  const calls: [string, Promise<Response>][] = [
    ["ping", api.call("POST", `/ping/${pingUuid}`)],
    ["v1 create", ada.as("POST", `${ada.path}/checks`, RULE)],
    ["v1 edit", ada.as("PATCH", check, { name: "x" })],
    ["v1 pause", ada.as("POST", `${check}/pause`)],
    ["v1 delete", ada.as("DELETE", check)],
    ["v1 by key", api.call("POST", `${check}/pause`, { headers: { authorization: `Bearer ${key}` } })],
    ["v3 create", api.call("POST", "/api/v3/checks/", { json: { name: "x" }, headers })],
    ["v3 edit", api.call("POST", `/api/v3/checks/${pingUuid}`, { json: { name: "x" }, headers })],
    ["v3 pause", api.call("POST", `/api/v3/checks/${pingUuid}/pause`, { headers })],
    ["v1 legacy", api.call("DELETE", `/api/v1/checks/${pingUuid}`, { headers })],
    [
      "sign in",
      api.call("POST", "/api/auth/sign-in/email", { json: { email: ada.email, password: PASSWORD } }),
    ],
    [
      "sign up",
      api.call("POST", "/api/auth/sign-up/email", { json: { email: "b@example.org", password: PASSWORD } }),
    ],
    ["sign out", ada.as("POST", "/api/auth/sign-out")],
    [
      "password",
      ada.as("POST", "/api/auth/change-password", {
        currentPassword: PASSWORD,
        newPassword: `${PASSWORD} 2`,
      }),
    ],
  ];
  const answers = await Promise.all(
    calls.map(async ([name, call]) => {
      const response = await call;
      const says = /read-only|try again/.test(await response.text());
      return [name, response.status, response.headers.get("retry-after"), says];
    }),
  );
  expect(answers).toEqual(calls.map(([name]) => [name, 503, "5", true]));
});

test("while the database is read-only, what only reads is answered, and not ready is said with the reason", async () => {
  const { api, ada, key, check, pingUuid } = await scene();
  // A session is prolonged once a day, which cannot be done now.
  await ageSessions(api);
  expect((await ada.as("GET", check)).status).toBe(200);
  expect((await ada.as("GET", "/v1/me")).status).toBe(200);
  const headers = { "x-api-key": key };
  expect((await api.call("GET", `/api/v3/checks/${pingUuid}`, { headers })).status).toBe(200);
  const ready = await api.call("GET", "/health/ready");
  expect(ready.status).toBe(503);
  expect(await read(ready)).toMatchObject({ reason: expect.stringContaining("read-only") });
});

test("once it may be written again, everything works without a restart", async () => {
  const { api, ada, check, pingUuid } = await scene();
  expect((await api.call("POST", `/ping/${pingUuid}`)).status).toBe(503);
  await becomeReadOnly(api, false);
  await vi.waitFor(async () => expect(await isReadOnly(api)).toBe(false));
  expect((await ada.as("PATCH", check, { name: "x" }, { origin: ORIGIN })).status).toBe(200);
  expect((await api.call("POST", `/ping/${pingUuid}`)).status).toBe(200);
});
