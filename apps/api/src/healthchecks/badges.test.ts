import { createHash, createHmac } from "node:crypto";

import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { read, testApi } from "../../test/test-api.ts";
import { badgeSignature, badgeState, badgeSvg } from "./badge-endpoints.ts";

type Badges = { badges: Record<string, Record<string, string>> };

const api = await testApi();
let healthchecks: HealthchecksClient;
beforeEach(async () => {
  api.deps.now = () => Date.now();
  healthchecks = await healthchecksClient(api);
});

const get = async (url: string, method = "GET") =>
  await api.app.request(url.replace("http://overdue.test", ""), { method });

test("a signature equals Healthchecks' of the same secret", () => {
  const key = createHash("sha1").update("badge-keysecret").digest();
  const whole = createHmac("sha1", key).update("db").digest("base64");
  const expected = whole.replaceAll("+", "-").replaceAll("/", "_").slice(0, 8);
  expect(badgeSignature("secret", { badgeKey: "badge-key", tag: "db" })).toBe(expected);
});

test.each([
  [["up", "grace", "down"], true, "down"],
  [["up", "grace"], true, "late"],
  [["up", "grace"], false, "up"],
  [["new", "paused"], true, "up"],
  [[], true, "up"],
] as const)("%j with three states %s is %s", (statuses, threeStates, expected) => {
  expect(badgeState(statuses, threeStates).status).toBe(expected);
});

test("a label cannot break out of the picture", () => {
  const svg = badgeSvg('<script>"&\u0001', "down");
  expect(svg).toContain("&lt;script&gt;&quot;&amp;");
  expect(svg).not.toContain("\u0001");
  expect(svg).toContain("#e05d44");
});

test("each tag in use has its six addresses, and all of them lead to a badge", async () => {
  await healthchecks.create({ tags: "foo db@dc1 a/b" });
  const { badges } = await healthchecks.get<Badges>("badges/", { key: healthchecks.readKey });
  expect(Object.keys(badges).toSorted()).toEqual(["*", "a/b", "db@dc1", "foo"]);
  expect(badges["db@dc1"]?.["svg"]).toMatch(/\/badge\/\w+\/[-\w]{8}-2\/db%2540dc1\.svg$/);
  expect(badges["*"]?.["shields3"]).toMatch(/\/badge\/\w+\/[-\w]{8}\.shields$/);
  for (const url of Object.values(badges).flatMap((formats) => Object.values(formats)))
    expect((await get(url)).status).toBe(200);
});

test("two states call a late check up, three call it late", async () => {
  const { uuid } = await healthchecks.create({ tags: "foo", timeout: 3600 });
  await healthchecks.ping(uuid);
  api.deps.now = () => Date.now() + 3_700_000;
  const { badges } = await healthchecks.get<Badges>("badges/");
  const two = await read(await get(badges["foo"]?.["json"] ?? ""));
  const three = await read(await get(badges["foo"]?.["json3"] ?? ""));
  expect([two["status"], two["grace"], three["status"], three["grace"]]).toEqual(["up", 1, "late", 1]);
});

test("a shield names the tag, the state and its colour", async () => {
  const { uuid } = await healthchecks.create({ tags: "foo" });
  await healthchecks.ping(`${uuid}/fail`);
  const { badges } = await healthchecks.get<Badges>("badges/");
  expect(await read(await get(badges["foo"]?.["shields"] ?? ""))).toEqual({
    schemaVersion: 1,
    label: "foo",
    message: "down",
    color: "critical",
  });
});

test("a badge may be shown on any page and is never kept", async () => {
  const { badge_url: url } = await healthchecks.create({ name: "Night job" });
  const { status, headers } = await get(url);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("image/svg+xml");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  expect(headers.get("cache-control")).toContain("no-cache");
  expect((await get(url, "OPTIONS")).status).toBe(204);
  expect((await get(url, "HEAD")).status).toBe(405);
  expect((await get(url, "POST")).status).toBe(405);
});

test("the badge of an unnamed check does not give its ping URL away", async () => {
  const { badge_url: url, uuid } = await healthchecks.create();
  const shield = await read(await get(url.replace(".svg", ".shields")));
  expect(shield["label"]).toBe("unnamed check");
  expect(await (await get(url)).text()).not.toContain(uuid);
});

test.each([
  ["a wrong signature", (url: string) => url.replace(/\/[-\w]{8}-2\//, "/AAAAAAAA-2/")],
  ["another ending", (url: string) => url.replace(".svg", ".png")],
  ["another tag under its signature", (url: string) => url.replace("foo.svg", "bar.svg")],
  ["another project's key", (url: string) => url.replace(/badge\/\w+/, "badge/0123456789abcdef")],
])("%s leads nowhere", async (_, spoil) => {
  await healthchecks.create({ tags: "foo" });
  const { badges } = await healthchecks.get<Badges>("badges/");
  expect((await get(spoil(badges["foo"]?.["svg"] ?? ""))).status).toBe(404);
});
