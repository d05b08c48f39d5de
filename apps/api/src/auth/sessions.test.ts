import { expect, test } from "vitest";

import { cookieOf, PASSWORD, person, read, testApi } from "../../test/test-api.ts";
import { deviceName } from "./device-name.ts";

const api = await testApi({ streamTimes: { heartbeatMs: 15_000, recheckMs: 100 } });
await person(api); // the operator

type Item = { id: string; isCurrent: boolean; address: string | null; device: string | null };

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async function signIn(email: string): Promise<string> {
  const json = { email, password: PASSWORD };
  const headers = { "user-agent": FIREFOX };
  return cookieOf(await api.call("POST", "/api/auth/sign-in/email", { json, headers }));
}

async function statusOfMe(cookie: string): Promise<number> {
  return (await api.call("GET", "/v1/me", { headers: { cookie } })).status;
}

test("sessions are listed with place and device, and each is ended by itself", async () => {
  const { email, as, cookie } = await person(api);
  const [phone, laptop] = [await signIn(email), await signIn(email)];
  const { items } = await read<{ items: Item[] }>(await as("GET", "/v1/me/sessions"));
  expect(items).toHaveLength(3);
  expect(items.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
  expect(items.filter(({ device }) => device === "Firefox on Linux")).toHaveLength(2);
  expect(items.every(({ address }) => /^10\.\d+\.\d+\.\d+$/.test(address ?? ""))).toBe(true);
  const ofPhone = await read<{ items: Item[] }>(
    await api.call("GET", "/v1/me/sessions", { headers: { cookie: phone } }),
  );
  const phoneId = ofPhone.items.find(({ isCurrent }) => isCurrent)?.id ?? "";
  expect((await as("DELETE", `/v1/me/sessions/${phoneId}`)).status).toBe(204);
  expect(await Promise.all([phone, laptop, cookie].map(statusOfMe))).toEqual([401, 200, 200]);
  expect((await as("DELETE", `/v1/me/sessions/${phoneId}`)).status).toBe(404);
});

test("all other sessions are ended at once", async () => {
  const { email, as, cookie } = await person(api);
  const others = [await signIn(email), await signIn(email)];
  expect((await as("DELETE", "/v1/me/sessions")).status).toBe(204);
  expect(await Promise.all([...others, cookie].map(statusOfMe))).toEqual([401, 401, 200]);
});

test("nobody ends another person's session", async () => {
  const [ada, eve] = [await person(api), await person(api)];
  const { items } = await read<{ items: Item[] }>(await ada.as("GET", "/v1/me/sessions"));
  expect((await eve.as("DELETE", `/v1/me/sessions/${items[0]?.id}`)).status).toBe(404);
  expect(await statusOfMe(ada.cookie)).toBe(200);
});

test("an open page of a session that was ended gets no more events", async () => {
  const { email, as, path } = await person(api);
  const phone = await signIn(email);
  const stream = await api.call("GET", `${path}/events`, { headers: { cookie: phone } });
  expect(stream.status).toBe(200);
  await as("DELETE", "/v1/me/sessions");
  await stream.text(); // it ends
  expect(await statusOfMe(phone)).toBe(401);
});

test.each([
  [FIREFOX, "Firefox on Linux"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  ["curl/8.14.1", "curl"],
  ["", null],
])("%s is %s", (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});
