import { createHook } from "node:async_hooks";
import { once } from "node:events";

import { openRedis } from "@overdue/redis";
import { redisMissing, testRedis } from "@overdue/testkit";
import { expect, test } from "vitest";

import { HOURLY } from "../../test/one-of-everything.ts";
import { PASSWORD, person, read, testApi, type TestApi } from "../../test/test-api.ts";
import { clientAddressFinder } from "../http/client-address.ts";
import { addressGroup, Limits } from "./limits.ts";

/** The socket's address of the next request. */
function comeFrom(api: TestApi, socketAddress: string, trusted: readonly string[] = []): void {
  const find = clientAddressFinder(trusted);
  api.deps.clientAddress = (c) => find({ socketAddress, forwardedFor: c.req.header("x-forwarded-for") });
}

/** Each limited by its sender's network; asked until the answer is 429, or too often. */
const LIMITED: Record<string, [method: string, path: string, body?: (n: number) => object]> = {
  "sign-in": [
    "POST",
    "/api/auth/sign-in/email",
    (n) => ({ email: `a${n}@example.org`, password: "wrong wrong wrong" }),
  ],
  "sign-up": ["POST", "/api/auth/sign-up/email", (n) => ({ email: `b${n}@example.org`, password: PASSWORD })],
  "a reset": ["POST", "/api/auth/password-reset", (n) => ({ email: `c${n}@example.org` })],
  "a link to sign in": ["POST", "/api/auth/sign-in/link", (n) => ({ email: `d${n}@example.org` })],
  "an invitation's link": ["POST", "/api/auth/invitation/decline", (n) => ({ token: `guess-${n}` })],
  "reading a schedule": ["GET", "/v1/schedules/readings?schedule=0+2+*+*+*"],
  "any route": ["GET", "/v1/instance"],
};
const TOO_OFTEN = 120;

test.each(Object.entries(LIMITED))(
  "T-RL-1: %s is limited for a network that claims to forward for others, and for nobody else",
  async (_, [method, path, body]) => {
    const api = await testApi({ mail: true, requestsPerMinute: 70 });
    await person(api);
    const statusFrom = async (address: string, n: number, trusted: readonly string[] = []) => {
      comeFrom(api, address, trusted);
      const headers = { "x-forwarded-for": `198.51.100.${n}, 203.0.113.${n}` };
      const response = await api.call(method, path, { headers, ...(body && { json: body(n) }) });
      await response.body?.cancel();
      return response.status;
    };
    let asked = 0;
    while (asked < TOO_OFTEN && (await statusFrom("192.0.2.7", asked)) !== 429) asked += 1;
    expect(asked).toBeLessThan(TOO_OFTEN);
    expect(await statusFrom("192.0.2.8", asked)).not.toBe(429);
    // The same header from a proxy that is trusted names a visitor who has asked nothing yet.
    expect(await statusFrom("10.0.0.1", asked, ["10.0.0.0/8"])).not.toBe(429);
  },
);

test.skipIf(redisMissing)(
  "T-RL-2: while Redis is away pings are taken, and signing in is limited as before",
  async () => {
    const server = await testRedis();
    if (server === null) throw new Error("Redis is there");
    const redis = openRedis(server.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
    redis.on("error", () => undefined);
    await once(redis, "ready");
    const api = await testApi();
    api.deps.limits = new Limits({ pool: api.deps.pool, requestsPerMinute: 100, redis });
    const { as, path } = await person(api);
    const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, HOURLY));
    comeFrom(api, "192.0.2.7");
    const signIn = async () => {
      const json = { email: "somebody@example.org", password: "wrong wrong wrong" };
      return (await api.call("POST", "/api/auth/sign-in/email", { json })).status;
    };
    for (let n = 0; n < 25; n += 1) expect(await signIn()).toBe(401);
    const closed = once(redis, "close");
    await server.stop();
    await closed;
    for (let n = 0; n < 25; n += 1) expect(await signIn()).toBe(401);
    expect(await signIn()).toBe(429);
    for (let n = 0; n < 200; n += 1)
      expect((await api.app.request(new URL(pingUrl).pathname)).status).toBe(200);
    redis.disconnect();
  },
);

/** One address in 32 ways of writing it, each of which some proxy or system has. */
function notations(): string[] {
  const plain = [
    "2001:db8:0:12::a",
    "2001:db8:0:12:0:0:0:a",
    "2001:db8:0:12::0:a",
    "2001:db8:0:12::0.0.0.10",
    "2001:0db8:0000:0012:0000:0000:0000:000a",
    "2001:db8:0:12:0000::a",
    "2001:db8:0000:12::a",
    "2001:db8::12:0:0:0:a",
  ];
  const written = [...plain, ...plain.map((address) => address.toUpperCase())];
  return [
    ...written,
    ...written.map((address, n) => (n % 2 === 0 ? `[${address}]` : `[${address}]:${4_000 + n}`)),
  ];
}

test("T-RL-3: an IPv6 address is one, however it is written, and so is everything in its /64", () => {
  const find = clientAddressFinder(["10.0.0.1"]);
  const group = (address: string) =>
    addressGroup(find({ socketAddress: "10.0.0.1", forwardedFor: address }) ?? "");
  expect(notations()).toHaveLength(32);
  expect(new Set(notations()).size).toBe(32);
  expect(new Set(notations().map(group))).toEqual(new Set(["2001:db8:0:12::/64"]));
  expect(group("2001:db8:0:12:ffff:ffff:ffff:ffff")).toBe(group("2001:db8:0:12::"));
  expect(group("2001:db8:0:13::a")).not.toBe(group("2001:db8:0:12::a"));
  for (const mapped of [
    "::ffff:192.0.2.7",
    "::ffff:c000:207",
    "[::FFFF:192.0.2.7]",
    "0:0:0:0:0:ffff:c000:207",
  ])
    expect(group(mapped)).toBe("192.0.2.7");
});

test("T-AUTH-6: of thousands of sign-ins from one /64, whatever they claim to forward, fifty are looked at, and each ping meanwhile is taken", async () => {
  const api = await testApi();
  const { as, path } = await person(api);
  const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, HOURLY));
  let hashes = 0;
  const hook = createHook({ init: (_, type) => void (type === "ARGON2REQUEST" && (hashes += 1)) }).enable();
  const find = clientAddressFinder([]);
  const hex = (n: number) => n.toString(16);
  let next = 0;
  api.deps.clientAddress = (c) => {
    next += 1;
    const socketAddress = `2001:db8:0:12:${hex(next % 251)}:${hex(next % 241)}::${hex(next)}`;
    return find({ socketAddress, forwardedFor: c.req.header("x-forwarded-for") });
  };
  const statuses: Record<number, number> = {};
  for (let round = 0; round < 100; round += 1) {
    const tries = Array.from({ length: 20 }, async (_, n) => {
      const json = { email: `person-${round}-${n}@example.org`, password: "Summer2026!Summer" };
      const headers = { "x-forwarded-for": `198.51.${round}.${n}` };
      const { status } = await api.call("POST", "/api/auth/sign-in/email", { json, headers });
      statuses[status] = (statuses[status] ?? 0) + 1;
    });
    const ping = await api.app.request(new URL(pingUrl).pathname);
    expect(ping.status).toBe(200);
    await Promise.all(tries);
  }
  hook.disable();
  expect(statuses).toEqual({ 401: 50, 429: 1_950 });
  expect(hashes).toBe(50);
});
