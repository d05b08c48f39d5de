import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { testApi } from "../../test/test-api.ts";

type Pings = { pings: Record<string, unknown>[] };
type Checks = { checks: { slug: string; name: string; n_pings: number }[] };

const A = "00000000-0000-4000-8000-00000000000a";
const B = "00000000-0000-4000-8000-00000000000b";
const api = await testApi();
let healthchecks: HealthchecksClient;
let key = "";
beforeEach(async () => {
  healthchecks = await healthchecksClient(api);
  key = healthchecks.project.pingKey ?? "";
});

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await api.app.request(`/ping/${path}`, init);
  return [response.status, await response.text()];
};
const typesOf = async (uuid: string) =>
  (await healthchecks.get<Pings>(`checks/${uuid}/pings/`)).pings.map(({ type }) => type).toReversed();

test.each([
  ["{uuid}", 200, "OK"],
  ["{uuid}/", 200, "OK"],
  ["{uuid}/0", 200, "OK"],
  ["{uuid}/000", 200, "OK"],
  ["{uuid}/255", 200, "OK"],
  ["{uuid}/256", 400, "invalid url format"],
  ["{uuid}/256?rid=x", 400, "invalid url format"],
  ["{uuid}?rid=", 400, "invalid uuid format"],
  ["{uuid}?rid=%0A", 400, "invalid uuid format"],
  [`{uuid}?rid=${A.toUpperCase()}`, 200, "OK"],
  [`{uuid}?rid=${A.replaceAll("-", "")}`, 400, "invalid uuid format"],
  ["{uuid}?create=1&other=x", 200, "OK"],
  ["{uuid}/success", 404, "not found"],
  ["{uuid}/ign", 404, "not found"],
  ["{uuid}/-1", 404, "not found"],
  ["{uuid}/Fail", 400, "invalid url format"],
  ["{key}/one", 200, "OK"],
  ["{key}/one/start", 200, "OK"],
  ["{key}/one/log", 200, "OK"],
  ["{key}/one/fail", 200, "OK"],
  ["{key}/one/3", 200, "OK"],
  ["{key}/one/256", 400, "invalid url format"],
  ["{key}/one?rid=1", 400, "invalid uuid format"],
  ["{key}/One", 400, "invalid url format"],
  ["{key}/One?create=1", 400, "invalid url format"],
  ["{key}/none", 404, "not found"],
  ["{key}/none?create=0", 404, "not found"],
  ["{key}/none?create=true", 404, "not found"],
  ["{key}/none/256", 404, "not found"],
  ["{key}/none?rid=x", 404, "not found"],
  ["{key}/none/256?create=1", 400, "invalid url format"],
  ["{key}/none?create=1&rid=x", 400, "invalid uuid format"],
  ["{key}/none?create=1", 201, "Created"],
  ["{key}/none/fail?create=1", 201, "Created"],
  ["nobody/none?create=1", 404, "not found"],
  ["nobody/none/256?create=1", 404, "not found"],
  ["{key}/two", 409, "ambiguous slug"],
  ["{key}/two/fail", 409, "ambiguous slug"],
  ["{key}/two?create=1", 409, "ambiguous slug"],
  ["{key}/two/256", 409, "ambiguous slug"],
  ["{key}/two?rid=x", 409, "ambiguous slug"],
])("%s is answered %i %s, and only what is answered well is kept", async (path, status, body) => {
  const { uuid } = await healthchecks.create({ slug: "one" });
  await healthchecks.create({ slug: "two" });
  await healthchecks.create({ slug: "two" });
  expect(await ask(path.replace("{uuid}", uuid).replace("{key}", key))).toEqual([status, body]);
  const { checks } = await healthchecks.get<Checks>("checks/");
  expect(checks.reduce((sum, check) => sum + check.n_pings, 0)).toBe(status < 300 ? 1 : 0);
  expect(checks).toHaveLength(status === 201 ? 4 : 3);
});

test("a check made by its ping has its slug for a name, all else as by itself, and all channels", async () => {
  await ask(`${key}/nightly/start?create=1`);
  const { checks } = await healthchecks.get<Checks>("checks/?slug=nightly");
  expect(checks).toMatchObject([
    { name: "nightly", tags: "", desc: "", timeout: 86_400, grace: 3600, status: "new", started: true },
  ]);
});

test.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])(
  "%s is a ping with headers",
  async (method) => {
    const { uuid } = await healthchecks.create();
    const { status, headers } = await api.app.request(`/ping/${uuid}`, { method });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    expect(headers.get("ping-body-limit")).toMatch(/^\d+$/);
    expect(headers.get("cache-control")).toBe("max-age=0, no-cache, no-store, must-revalidate, private");
    expect(headers.get("expires")).toMatch(/GMT$/);
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect((await healthchecks.get<Pings>(`checks/${uuid}/pings/`)).pings).toMatchObject([
      { method, type: "success" },
    ]);
  },
);

test.each([
  [{ failure_kw: "ERR", success_kw: "OK" }, "", "OK but ERR", "fail"],
  [{ success_kw: "OK", start_kw: "GO" }, "", "GO OK", "success"],
  [{ start_kw: "GO" }, "", "GO", "start"],
  [{ success_kw: "OK" }, "/fail", "OK", "success"],
  [{ success_kw: "OK" }, "/7", "OK", "success"],
  [{ success_kw: "OK" }, "/start", "nothing", "ign"],
  [{ success_kw: "OK", filter_default_fail: true }, "", "nothing", "fail"],
  [{ success_kw: "OK", filter_default_fail: true }, "/log", "", "fail"],
  [{ success_kw: "OK" }, "", "", "ign"],
  [{ success_kw: " a b , c" }, "", "xa by", "success"],
  [{ success_kw: "ok" }, "", "OK", "ign"],
  [{ success_kw: ",, ," }, "", ", ,", "ign"],
  [{ success_kw: "OK", methods: "POST" }, "", "OK", "success"],
])("with %j a ping to …%s that says %j is %s", async (settings, action, body, type) => {
  const { uuid } = await healthchecks.create({ ...settings, filter_http_body: true });
  expect((await healthchecks.ping(uuid + action, body)).status).toBe(200);
  expect(await typesOf(uuid)).toEqual([type]);
});

test("a body that is no text is searched all the same", async () => {
  const { uuid } = await healthchecks.create({ filter_http_body: true, success_kw: "OK" });
  await ask(uuid, { method: "POST", body: Buffer.from([0xff, 0x4f, 0x4b, 0x00]) });
  expect(await typesOf(uuid)).toEqual(["success"]);
});

test.each([
  ["start, success", ["/start", ""], { started: false, status: "up", last_duration: 0 }],
  ["start, fail", ["/start", "/fail"], { started: false, status: "down", last_duration: 0 }],
  ["start, 1", ["/start", "/1"], { started: false, status: "down", last_duration: 0 }],
  ["start, log", ["/start", "/log"], { started: true, status: "new", last_ping: null }],
  ["log", ["/log"], { started: false, status: "new", last_ping: null, next_ping: null }],
  ["start twice, success", ["/start", "/start", ""], { started: false, status: "up", last_duration: 0 }],
  ["start A, success", [`/start?rid=${A}`, ""], { started: false, status: "up" }],
  ["start A, success A", [`/start?rid=${A}`, `?rid=${A}`], { started: false, last_duration: 0 }],
  ["start A, success B", [`/start?rid=${A}`, `?rid=${B}`], { started: true, status: "up" }],
  ["start A, fail B", [`/start?rid=${A}`, `/fail?rid=${B}`], { started: false, status: "down" }],
  ["start A, fail", [`/start?rid=${A}`, "/fail"], { started: false, status: "down" }],
  ["start, success A (ours: closed)", ["/start", `?rid=${A}`], { started: false, status: "up" }],
  ["start A, start B, success B", [`/start?rid=${A}`, `/start?rid=${B}`, `?rid=${B}`], { last_duration: 0 }],
  ["success, fail, success", ["", "/fail", ""], { status: "up", n_pings: 3 }],
  ["fail, log, start", ["/fail", "/log", "/start"], { status: "down", started: true, next_ping: null }],
] as const)("%s", async (_, pings, seen) => {
  const { uuid } = await healthchecks.create();
  for (const ping of pings) await healthchecks.ping(`${uuid}${ping}`);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ n_pings: pings.length, ...seen });
});

test.each([
  [`/start?rid=${A}`, ""],
  [`/start?rid=${A}`, "/fail"],
  [`/start?rid=${A}`, `/fail?rid=${B}`],
  [`/start?rid=${A}`, `?rid=${B}`],
])("%s then %s has no last duration", async (...pings) => {
  const { uuid } = await healthchecks.create();
  for (const ping of pings) await healthchecks.ping(`${uuid}${ping}`);
  expect(await healthchecks.get(`checks/${uuid}`)).not.toHaveProperty("last_duration");
});

test.each([
  ["", "up", [1, 0]],
  ["/fail", "down", [0, 0]],
  ["/start", "paused", [0]],
  ["/log", "paused", [0]],
  ["/0", "up", [1, 0]],
])("a ping to …%s of a paused check leaves it %s", async (action, status, flips) => {
  const { uuid } = await healthchecks.create();
  await healthchecks.call("POST", `checks/${uuid}/pause`);
  await healthchecks.ping(uuid + action);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status, n_pings: 1 });
  const answer = await healthchecks.get<{ flips: { up: number }[] }>(`checks/${uuid}/flips/`);
  expect(answer.flips.map(({ up }) => up)).toEqual(flips);
});

test.each(["", "/fail", "/start", "/log", "/3"])(
  "a ping to …%s waits for a hand where the check says so",
  async (action) => {
    const { uuid } = await healthchecks.create({ manual_resume: true });
    await healthchecks.call("POST", `checks/${uuid}/pause`);
    expect(await (await healthchecks.ping(uuid + action)).text()).toBe("OK");
    expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({
      status: "paused",
      started: false,
      n_pings: 1,
    });
    expect(await typesOf(uuid)).toEqual(["ign"]);
    await healthchecks.call("POST", `checks/${uuid}/resume`);
    await healthchecks.ping(uuid);
    expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status: "up", n_pings: 2 });
  },
);

test.each([
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "Twitterbot/1.0",
  "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
  "TelegramBot (like TwitterBot)",
  "WhatsApp/2.23.20.0",
  "facebookexternalhit/1.1",
  "LinkedInBot/1.0",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
])("%s looks at a link and is no job", async (agent) => {
  const { uuid } = await healthchecks.create();
  expect(await ask(uuid, { headers: { "user-agent": agent } })).toEqual([200, "OK"]);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status: "new", n_pings: 1 });
  expect(await typesOf(uuid)).toEqual(["ign"]);
});

test("pings are listed with these fields, newest first", async () => {
  const { uuid } = await healthchecks.create();
  const headers = { "user-agent": "job/1", "x-forwarded-proto": "https" };
  await ask(`${uuid}/start?rid=${A}`, { headers });
  await ask(`${uuid}?rid=${A}`, { method: "POST", body: "done", headers });
  const { pings } = await healthchecks.get<Pings>(`checks/${uuid}/pings/`);
  expect(pings.map((ping) => Object.keys(ping).toSorted().join(" "))).toEqual([
    "body_url date duration method n remote_addr rid scheme type ua",
    "body_url date method n remote_addr rid scheme type ua",
  ]);
  expect(pings).toMatchObject([
    { type: "success", n: 2, scheme: "https", method: "POST", ua: "job/1", rid: A },
    { type: "start", n: 1, method: "GET", rid: A, body_url: null },
  ]);
  expect(pings[0]?.["date"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/);
});
