import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, graceSeconds: 300 };
type Check = { id: string; version: number; channelIds: string[]; name: string; graceSeconds: number };
type Page<T> = { items: T[]; next: string | null };

async function withCheck(input: object = {}) {
  const someone = await person(api);
  const response = await someone.as("POST", `${someone.path}/checks`, { ...HOURLY, ...input });
  expect(response.status).toBe(201);
  const check = await read<Check>(response);
  return { ...someone, check, url: `${someone.path}/checks/${check.id}` };
}

test("a crontab of several jobs is refused as the schedule of one check, also in a configuration file", async () => {
  const { as, path } = await person(api);
  const schedule = { kind: "cron", expression: "0 9 * * * /opt/a\n0 21 * * * /opt/b", timezone: "UTC" };
  const made = await as("POST", `${path}/checks`, { schedule });
  expect(made.status).toBe(400);
  expect(await read(made)).toMatchObject({ errors: [{ field: "schedule.expression" }] });
  const file = { version: 1, checks: [{ slug: "a", schedule }] };
  const applied = await as("PUT", `${path}/config`, file);
  expect(applied.status).toBe(400);
  expect(await read(applied)).toMatchObject({ errors: [{ field: "checks.0.schedule.expression" }] });
  const explained = await as("POST", "/v1/schedules/explain", { schedule });
  const { notes } = await read<{ notes: string[] }>(explained);
  expect(notes).toContain("One more line is another job: make a check of its own for it.");
});

test("saving a line that its scheduler reads otherwise than plain cron says so", async () => {
  const schedule = { kind: "cron", expression: "0 9 * * 1-5", scheduler: "apscheduler", timezone: "UTC" };
  const { as, url, check } = await withCheck({ schedule });
  const warnings = [expect.stringContaining("Tuesday to Saturday")];
  expect(check).toMatchObject({ warnings });
  expect(await read(await as("PATCH", url, { schedule }))).toMatchObject({ warnings });
  expect(await read(await as("PATCH", url, { name: "mails" }))).toMatchObject({ warnings: [] });
});

test("a new check answers with all its settings and its ping URL", async () => {
  const { check } = await withCheck({ name: "nightly backup", slug: "backup", tags: ["db", "nightly"] });
  expect(check).toMatchObject({
    name: "nightly backup",
    tags: ["db", "nightly"],
    status: "new",
    version: 1,
    ...HOURLY,
  });
  expect(check).toMatchObject({ recoverAfter: 1, overlap: "allow", started: false, lastPingAt: null });
  expect(check).toHaveProperty(
    "pingUrl",
    expect.stringMatching(/^http:\/\/overdue\.test\/ping\/[0-9a-f-]{36}$/),
  );
  expect(check).toHaveProperty("slugPingUrl", expect.stringMatching(/\/ping\/[a-z0-9]{22}\/backup$/));
});

test("a read-only key never sees a ping URL", async () => {
  const { projectId, url, path } = await withCheck({ slug: "backup" });
  const reader = await keyHolder(api, projectId, "read");
  expect(await read(await reader.as("GET", url))).toMatchObject({ pingUrl: null, slugPingUrl: null });
  expect(await read(await reader.as("GET", path))).toMatchObject({ pingKey: null });
  const writer = await keyHolder(api, projectId, "write");
  expect(await read(await writer.as("GET", url))).toMatchObject({
    pingUrl: expect.stringContaining("/ping/"),
  });
});

test("a key cannot do more than its scope", async () => {
  const { projectId, url, path } = await withCheck();
  const reader = await keyHolder(api, projectId, "read");
  const pinger = await keyHolder(api, projectId, "ping");
  expect((await reader.as("PATCH", url, { name: "x" })).status).toBe(403);
  expect((await reader.as("POST", `${path}/checks`, HOURLY)).status).toBe(403);
  expect((await pinger.as("GET", url)).status).toBe(403);
  const writer = await keyHolder(api, projectId, "write");
  expect((await writer.as("GET", `${path}/keys`)).status).toBe(403);
});

test("a revoked key is dead at once, and an unknown one never lived", async () => {
  const { projectId, url, path, as } = await withCheck();
  const writer = await keyHolder(api, projectId, "write");
  expect((await writer.as("GET", url)).status).toBe(200);
  expect((await as("DELETE", `${path}/keys/${writer.id}`)).status).toBe(204);
  expect((await writer.as("GET", url)).status).toBe(401);
  const guess = await api.call("GET", url, { headers: { "x-api-key": "hcw_nobodyhasthiskeyatallinanyway" } });
  expect(guess.status).toBe(401);
});

test("an edit writes only what it sends", async () => {
  const { url, as, check } = await withCheck({ name: "before", description: "kept" });
  const edited = await as("PATCH", url, { name: "after" });
  expect(edited.status).toBe(200);
  expect(await read(edited)).toMatchObject({
    ...HOURLY,
    name: "after",
    description: "kept",
    version: check.version + 1,
  });
});

test("an edit of a version that is not the newest is refused and writes nothing", async () => {
  const { url, as } = await withCheck({ name: "first" });
  const before = await as("GET", url);
  const etag = before.headers.get("etag") ?? "";
  expect((await as("PATCH", url, { name: "second" }, { "if-match": etag })).status).toBe(200);
  const late = await as("PATCH", url, { name: "third" }, { "if-match": etag });
  expect(late.status).toBe(412);
  expect(await read(late)).toMatchObject({ code: "version_conflict" });
  expect(await read(await as("GET", url))).toMatchObject({ name: "second" });
});

test("a check says when it last ended well, alone and in a list, behind the failures that followed", async () => {
  const { as, path, url } = await withCheck();
  expect(await read(await as("GET", url))).toMatchObject({ lastSuccessAt: null });
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  const ping = async (action = "") => await api.app.request(`${new URL(pingUrl).pathname}${action}`);
  await ping("/fail");
  expect(await read(await as("GET", url))).toMatchObject({ lastSuccessAt: null });
  await ping();
  const { lastPingAt } = await read<{ lastPingAt: string }>(await as("GET", url));
  await ping("/3");
  await ping("/start");
  expect(await read(await as("GET", url))).toMatchObject({ lastSuccessAt: lastPingAt });
  const { items } = await read<Page<Check>>(await as("GET", `${path}/checks`));
  expect(items).toMatchObject([{ lastSuccessAt: lastPingAt }]);
});

test("a ping that repeats another moves the time of the last ping, alone and in the list", async () => {
  const { as, path, url } = await withCheck();
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  const heardAt = async () => {
    const { lastHeardAt } = await read<{ lastHeardAt: string }>(await as("GET", url));
    const { items } = await read<Page<Check>>(await as("GET", `${path}/check-overviews`));
    expect(items).toMatchObject([{ lastHeardAt }]);
    return lastHeardAt;
  };
  await api.app.request(new URL(pingUrl).pathname);
  const first = await heardAt();
  await api.app.request(new URL(pingUrl).pathname);
  expect(Date.parse(await heardAt())).toBeGreaterThan(Date.parse(first));
});

test("a deleted check is gone until it is restored", async () => {
  const { url, as, path } = await withCheck({ name: "gone" });
  expect((await as("DELETE", url)).status).toBe(204);
  expect((await as("GET", url)).status).toBe(404);
  expect((await as("DELETE", url)).status).toBe(404);
  expect((await read<Page<Check>>(await as("GET", `${path}/checks`))).items).toEqual([]);
  expect(await read(await as("POST", `${url}/restore`))).toMatchObject({ name: "gone" });
  expect((await as("POST", `${url}/restore`)).status).toBe(404);
});

test("a list goes on where its page ended", async () => {
  const { as, path } = await person(api);
  for (const name of ["a", "b", "c"]) await as("POST", `${path}/checks`, { ...HOURLY, name });
  const first = await read<Page<Check>>(await as("GET", `${path}/checks?limit=2`));
  expect(first.items.map((check) => check.name)).toEqual(["a", "b"]);
  const second = await read<Page<Check>>(await as("GET", `${path}/checks?limit=2&cursor=${first.next}`));
  expect(second).toMatchObject({ items: [{ name: "c" }], next: null });
});

test("a list can be narrowed to a slug and to all of several tags", async () => {
  const { as, path } = await person(api);
  await as("POST", `${path}/checks`, { ...HOURLY, name: "a", slug: "one", tags: ["x", "y"] });
  await as("POST", `${path}/checks`, { ...HOURLY, name: "b", tags: ["x"] });
  const names = async (query: string) =>
    (await read<Page<Check>>(await as("GET", `${path}/checks?${query}`))).items.map((check) => check.name);
  expect(await names("slug=one")).toEqual(["a"]);
  expect(await names("tag=x")).toEqual(["a", "b"]);
  expect(await names("tag=x&tag=y")).toEqual(["a"]);
});

test("a new check alerts every channel there is, unless it says otherwise", async () => {
  const { as, path } = await person(api);
  const channel = { kind: "email", name: "me", settings: { to: "me@example.org" } };
  const { id } = await read<{ id: string }>(await as("POST", `${path}/channels`, channel));
  expect(await read(await as("POST", `${path}/checks`, HOURLY))).toMatchObject({ channelIds: [id] });
  expect(await read(await as("POST", `${path}/checks`, { ...HOURLY, channelIds: [] }))).toMatchObject({
    channelIds: [],
  });
});

test("a check cannot take another project's channel", async () => {
  const stranger = await person(api);
  const channel = { kind: "email", name: "mine", settings: { to: "me@example.org" } };
  const { id } = await read<{ id: string }>(await stranger.as("POST", `${stranger.path}/channels`, channel));
  const { as, url } = await withCheck();
  const response = await as("PATCH", url, { channelIds: [id], name: "stolen" });
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ errors: [{ field: "channelIds" }] });
  expect(await read(await as("GET", url))).toMatchObject({ channelIds: [], name: "" });
});

test.each([
  ["no schedule", { graceSeconds: 60 }, "schedule"],
  ["a grace of zero", { ...HOURLY, graceSeconds: 0 }, "graceSeconds"],
  ["a grace of 400 days", { ...HOURLY, graceSeconds: 34_560_000 }, "graceSeconds"],
  ["a name of 101 characters", { ...HOURLY, name: "x".repeat(101) }, "name"],
  ["a slug with capitals", { ...HOURLY, slug: "Backup" }, "slug"],
  ["a tag with a space", { ...HOURLY, tags: ["a b"] }, "tags.0"],
  ["a field nobody knows", { ...HOURLY, projectId: "x" }, ""],
])("%s is refused, naming the field", async (_, input, field) => {
  const { as, path } = await person(api);
  const response = await as("POST", `${path}/checks`, input);
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ code: "invalid_input", errors: [{ field }] });
  expect((await read<Page<Check>>(await as("GET", `${path}/checks`))).items).toEqual([]);
});

test("a paused check expects nothing until it is resumed, and then begins anew", async () => {
  const { url, as, check } = await withCheck();
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  await api.app.request(new URL(pingUrl).pathname);
  expect(await read(await as("POST", `${url}/pause`))).toMatchObject({ status: "paused", deadlineAt: null });
  expect(await read(await as("POST", `${url}/resume`))).toMatchObject({ status: "new", id: check.id });
});

test("a pause that is undone leaves a check as it was", async () => {
  const { url, as } = await withCheck();
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  await api.app.request(new URL(pingUrl).pathname);
  const { deadlineAt, lastPingAt } = await read<{ deadlineAt: string; lastPingAt: string }>(
    await as("GET", url),
  );
  await as("POST", `${url}/pause`);
  expect(await read(await as("POST", `${url}/undo-pause`))).toMatchObject({
    status: "up",
    deadlineAt,
    lastPingAt,
  });
});

test("a check restored after its deadline begins anew instead of being missed", async () => {
  const { url, as } = await withCheck();
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  await api.app.request(new URL(pingUrl).pathname);
  await as("DELETE", url);
  expect((await api.app.request(new URL(pingUrl).pathname)).status).toBe(404);
  const { now } = api.deps;
  api.deps.now = () => now() + 5 * 3_600_000;
  expect(await read(await as("POST", `${url}/restore`))).toMatchObject({ status: "new", deadlineAt: null });
  api.deps.now = now;
  const { items } = await read<Page<{ to: string }>>(await as("GET", `${url}/flips`));
  expect(items.map((flip) => flip.to)).toEqual(["new", "paused", "up"]);
});

test("new settings move the deadline at once", async () => {
  const { url, as } = await withCheck();
  const { pingUrl } = await read<{ pingUrl: string }>(await as("GET", url));
  await api.app.request(new URL(pingUrl).pathname);
  const before = await read<{ lastPingAt: string; deadlineAt: string }>(await as("GET", url));
  const after = await read<{ deadlineAt: string }>(await as("PATCH", url, { graceSeconds: 600 }));
  expect(Date.parse(after.deadlineAt) - Date.parse(before.deadlineAt)).toBe(300_000);
});

test("a check says what it depends on by id or by slug, and answers with ids", async () => {
  const { as, path } = await person(api);
  const router = await read<Check>(await as("POST", `${path}/checks`, { ...HOURLY, slug: "router" }));
  const host = await read<Check>(await as("POST", `${path}/checks`, { ...HOURLY, dependsOn: ["router"] }));
  expect(host).toMatchObject({ dependsOn: [router.id], severity: "warning", maintenance: null });
  const url = `${path}/checks/${host.id}`;
  expect(await read(await as("PATCH", url, { severity: "critical" }))).toMatchObject({
    dependsOn: [router.id],
    severity: "critical",
  });
  expect(await read(await as("PATCH", url, { dependsOn: [] }))).toMatchObject({ dependsOn: [] });
});

test("checks that would wait for each other are refused in a sentence, whatever the way round", async () => {
  const { as, path } = await person(api);
  const make = async (name: string, dependsOn: string[]) =>
    await read<Check>(await as("POST", `${path}/checks`, { ...HOURLY, name, slug: name, dependsOn }));
  const a = await make("a", []);
  await make("b", ["a"]);
  await make("c", ["b"]);
  const circle = await as("PATCH", `${path}/checks/${a.id}`, { dependsOn: ["c"], name: "changed" });
  expect(circle.status).toBe(400);
  expect(await read(circle)).toMatchObject({
    errors: [{ field: "dependsOn", message: expect.stringContaining("“c” depends on this check already") }],
  });
  expect(await read(await as("GET", `${path}/checks/${a.id}`))).toMatchObject({ name: "a", dependsOn: [] });
  const self = await as("PATCH", `${path}/checks/${a.id}`, { dependsOn: ["a"] });
  expect(await read(self)).toMatchObject({ errors: [{ message: "A check cannot depend on itself." }] });
});

test("a check cannot depend on what its project does not have", async () => {
  const stranger = await person(api);
  const theirs = await read<Check>(
    await stranger.as("POST", `${stranger.path}/checks`, { ...HOURLY, slug: "theirs" }),
  );
  const { as, path } = await person(api);
  for (const name of [theirs.id, "theirs", "nobody"]) {
    const response = await as("POST", `${path}/checks`, { ...HOURLY, dependsOn: [name] });
    expect(response.status).toBe(400);
    expect(await read(response)).toMatchObject({ errors: [{ field: "dependsOn" }] });
  }
});
