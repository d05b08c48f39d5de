import { once } from "node:events";

import { openRedis } from "@overdue/redis";
import { redisMissing, testRedis } from "@overdue/testkit";
import { expect, test } from "vitest";

import { clientAddressFinder } from "../http/client-address.ts";
import { keyHolder, PASSWORD, person, read, testApi, type TestApi } from "../../test/test-api.ts";
import { Limits } from "./limits.ts";

const SIGN_IN = "/api/auth/sign-in/email";
const WRONG = "a wrong password";

/** Every request comes through this peer, with this header. */
function comeFrom(api: TestApi, socketAddress: string, trusted: readonly string[] = []): void {
  const find = clientAddressFinder(trusted);
  api.deps.clientAddress = (c) => find({ socketAddress, forwardedFor: c.req.header("x-forwarded-for") });
}

test("every answer says how one stands, in the old headers and in the new", async () => {
  const api = await testApi({ requestsPerMinute: 100 });
  const { as, path } = await person(api);
  const response = await as("GET", path);
  const headers = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({
    "ratelimit-policy": '"requests";q=100;w=60',
    "ratelimit-limit": "100",
    "ratelimit-remaining": "98",
  });
  expect(headers["ratelimit"]).toMatch(/^"requests";r=98;t=\d+$/);
  expect(Number(headers["ratelimit-reset"])).toBeGreaterThan(0);
});

test("a key that asks too often is answered when to come back, and another key is not held back", async () => {
  const api = await testApi({ requestsPerMinute: 3 });
  const { projectId, path } = await person(api);
  const [greedy, modest] = [await keyHolder(api, projectId, "read"), await keyHolder(api, projectId, "read")];
  const statuses = [];
  for (let asked = 0; asked < 4; asked += 1) statuses.push((await greedy.as("GET", path)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await greedy.as("GET", path);
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused.headers.get("ratelimit-remaining")).toBe("0");
  expect(await read(refused)).toMatchObject({ code: "too_many_requests", status: 429 });
  expect((await modest.as("GET", path)).status).toBe(200);
});

test.skipIf(redisMissing)(
  "with Redis, requests are counted over all processes, and in each while it is away",
  async () => {
    const server = await testRedis();
    if (server === null) throw new Error("Redis is there");
    const redis = openRedis(server.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
    redis.on("error", () => undefined);
    await once(redis, "ready");
    const { pool } = (await testApi()).deps;
    const [one, other] = [0, 1].map(() => new Limits({ pool, requestsPerMinute: 3, redis }));
    const remaining = [];
    for (const limits of [one, other, one, other]) remaining.push((await limits?.request("ada"))?.remaining);
    expect(remaining).toEqual([2, 1, 0, 0]);
    const closed = once(redis, "close");
    await server.stop();
    await closed;
    expect([await one?.request("ada"), await other?.request("ada")]).toMatchObject([
      { remaining: 2, isRefused: false },
      { remaining: 2, isRefused: false },
    ]);
    redis.disconnect();
  },
);

test("who proves who they are is not held back for what others at their address did", async () => {
  const api = await testApi({ requestsPerMinute: 3 });
  const { projectId, path } = await person(api);
  comeFrom(api, "192.0.2.7");
  for (let asked = 0; asked < 5; asked += 1) await api.call("GET", "/v1/instance");
  expect((await api.call("GET", "/v1/instance")).status).toBe(429);
  const key = await keyHolder(api, projectId, "read");
  expect((await key.as("GET", path)).status).toBe(200);
});

test("wrong keys are counted by the address, whatever it claims to forward", async () => {
  const api = await testApi({ requestsPerMinute: 3 });
  comeFrom(api, "192.0.2.7");
  const guess = async (n: number) => {
    const headers = { "x-api-key": `hcw_guess${n}`, "x-forwarded-for": `198.51.100.${n}` };
    return (await api.call("GET", "/v1/projects", { headers })).status;
  };
  const statuses = await Promise.all([1, 2, 3, 4].map(guess));
  expect(statuses.toSorted((one, other) => one - other)).toEqual([401, 401, 401, 429]);
});

test("behind a proxy that is trusted, each visitor is counted alone", async () => {
  const api = await testApi({ requestsPerMinute: 1 });
  comeFrom(api, "10.0.0.1", ["10.0.0.0/8"]);
  const visit = async (from: string) =>
    (await api.call("GET", "/v1/instance", { headers: { "x-forwarded-for": from } })).status;
  expect(await visit("198.51.100.1")).toBe(200);
  expect(await visit("198.51.100.2")).toBe(200);
  expect(await visit("203.0.113.9, 198.51.100.1")).toBe(429);
});

test("two addresses of one IPv6 network are one", async () => {
  const api = await testApi({ requestsPerMinute: 1 });
  comeFrom(api, "2001:db8:1:2::1");
  expect((await api.call("GET", "/v1/instance")).status).toBe(200);
  comeFrom(api, "2001:db8:1:2:ffff::2");
  expect((await api.call("GET", "/v1/instance")).status).toBe(429);
});

test("pings, health and pages are never held back", async () => {
  const api = await testApi({ requestsPerMinute: 2 });
  const { as, path } = await person(api);
  const hourly = { schedule: { kind: "interval", everySeconds: 3_600 } };
  const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, hourly));
  comeFrom(api, "192.0.2.7");
  for (const address of [new URL(pingUrl).pathname, "/health/live"]) {
    for (let asked = 0; asked < 6; asked += 1) expect((await api.app.request(address)).status).toBe(200);
  }
});

test("Healthchecks' clients are refused in their own shape", async () => {
  const api = await testApi({ requestsPerMinute: 1 });
  const { projectId } = await person(api);
  const { key } = await keyHolder(api, projectId, "read");
  const ask = async () => await api.call("GET", "/api/v3/checks/", { headers: { "x-api-key": key } });
  expect((await ask()).status).toBe(200);
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await read(refused)).toEqual({ error: "rate limit exceeded" });
});

test("an instance may do without", async () => {
  const api = await testApi({ requestsPerMinute: 0 });
  const response = await api.call("GET", "/v1/instance");
  expect([...response.headers.keys()].join()).not.toContain("ratelimit");
});

/** Every wait of a second or more that an attempt is made to take, instead of taking it. */
function recordWaits(api: TestApi): number[] {
  const waits: number[] = [];
  api.deps.pause = (ms) => {
    if (ms >= 1_000) waits.push(Math.round(ms / 1_000));
    return Promise.resolve();
  };
  return waits;
}

test("wrong passwords make the next attempt on the account wait longer each time, from wherever it comes, and refuse nobody", async () => {
  const api = await testApi();
  const { email } = await person(api);
  const waits = recordWaits(api);
  const signIn = async (password: string) =>
    (await api.call("POST", SIGN_IN, { json: { email: email.toUpperCase(), password } })).status;
  for (let tries = 0; tries < 12; tries += 1) expect(await signIn(WRONG)).toBe(401);
  expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15, 15, 15]);
  expect(await signIn(PASSWORD)).toBe(200);
  expect(await signIn(PASSWORD)).toBe(200);
  expect(waits).toHaveLength(10);
  const rows = await api.deps.pool.query("select key from try_counts");
  expect(JSON.stringify(rows)).not.toContain("example.org");
});

test("an address without an account waits as one with an account does", async () => {
  const api = await testApi();
  const waits = recordWaits(api);
  const json = { email: "nobody-at-all@example.org", password: WRONG };
  for (let tries = 0; tries < 5; tries += 1)
    expect((await api.call("POST", SIGN_IN, { json })).status).toBe(401);
  expect(waits).toEqual([1, 2]);
});

test("a browser that signed in before does not wait for what strangers tried, and one with a made-up cookie does", async () => {
  const api = await testApi();
  const { email, cookie } = await person(api);
  const waits = recordWaits(api);
  const signIn = async (password: string, headers = {}) =>
    (await api.call("POST", SIGN_IN, { json: { email, password }, headers })).status;
  for (let tries = 0; tries < 6; tries += 1) await signIn(WRONG);
  waits.length = 0;
  expect(await signIn(PASSWORD, { cookie: cookie.replace(/^.*(overdue\.device=)/, "$1") })).toBe(200);
  expect(waits).toEqual([]);
  for (let tries = 0; tries < 4; tries += 1) await signIn(WRONG);
  const forged = cookie.replace(/(overdue\.device=[^;.%]{20})./, "$1x");
  expect(await signIn(PASSWORD, { cookie: forged })).toBe(200);
  expect(waits.length).toBeGreaterThan(1);
});

test("a known browser that guesses is slowed down like a stranger", async () => {
  const api = await testApi();
  const { email, cookie } = await person(api);
  const waits = recordWaits(api);
  for (let tries = 0; tries < 14; tries += 1)
    await api.call("POST", SIGN_IN, { json: { email, password: WRONG }, headers: { cookie } });
  expect(waits).toEqual([1]);
});

test("a network that floods sign-in is refused for some minutes, whatever it claims to forward", async () => {
  const api = await testApi();
  await person(api);
  comeFrom(api, "192.0.2.7");
  for (let tries = 0; tries < 50; tries += 1) await api.deps.limits.signInOfAddress("192.0.2.7");
  const json = { email: "somebody@example.org", password: WRONG };
  const flooded = await api.call("POST", SIGN_IN, { json, headers: { "x-forwarded-for": "198.51.100.1" } });
  expect(flooded.status).toBe(429);
  comeFrom(api, "192.0.2.8");
  expect((await api.call("POST", SIGN_IN, { json })).status).toBe(401);
});

test("those who sign in with the right password use up nothing of their network", async () => {
  const api = await testApi();
  const { email } = await person(api);
  comeFrom(api, "192.0.2.7");
  for (let times = 0; times < 3; times += 1)
    await api.call("POST", SIGN_IN, { json: { email, password: PASSWORD } });
  expect(await api.deps.limits.signInOfAddress("192.0.2.7")).toMatchObject({ remaining: 49 });
});

test("twenty accounts an hour from one address are enough", async () => {
  const api = await testApi();
  await person(api);
  comeFrom(api, "192.0.2.7");
  const signUp = async (n: number) => {
    const json = { email: `many-${n}@example.org`, password: "short" };
    return (await api.call("POST", "/api/auth/sign-up/email", { json })).status;
  };
  expect(await signUp(0)).toBe(400);
  for (let n = 0; n < 20; n += 1) await api.deps.limits.signUp("192.0.2.7");
  const json = { email: "one-more@example.org", password: PASSWORD };
  const response = await api.call("POST", "/api/auth/sign-up/email", { json });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
});
