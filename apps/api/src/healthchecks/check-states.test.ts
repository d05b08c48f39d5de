import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { read, testApi } from "../../test/test-api.ts";

const UNKNOWN_ID = "31365bce-8da9-4729-8ff3-aaa71d56b712";
const api = await testApi();
let healthchecks: HealthchecksClient;
let uuid = "";
beforeEach(async () => {
  api.deps.now = () => Date.now();
  healthchecks = await healthchecksClient(api);
  ({ uuid } = await healthchecks.create({ name: "Backup", slug: "backup", timeout: 3600, grace: 600 }));
});

test.each(["up", "new", "down"])(
  "resume of a check that is %s is a conflict in plain text",
  async (status) => {
    if (status !== "new") await healthchecks.ping(status === "up" ? uuid : `${uuid}/fail`);
    const response = await healthchecks.call("POST", `checks/${uuid}/resume`);
    expect([response.status, await response.text()]).toEqual([409, "check is not paused"]);
    expect(response.headers.get("content-type")).toMatch(/^text\//);
    expect(corsOf(response)[0]).toBe("*");
  },
);

test("pause closes the run and keeps the last ping", async () => {
  await healthchecks.ping(uuid);
  await healthchecks.ping(`${uuid}/start`);
  const paused = await read(await healthchecks.call("POST", `checks/${uuid}/pause`));
  expect(paused).toMatchObject({ status: "paused", started: false, next_ping: null, n_pings: 2 });
  expect(paused["last_ping"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  await healthchecks.ping(`${uuid}/start`);
  const started = await healthchecks.get(`checks/${uuid}`);
  expect(started).toMatchObject({ status: "paused", started: true });
  expect(started["next_ping"]).toMatch(/\+00:00$/);
});

test("a run that took too long shows down whatever is stored, and v1 says started until then", async () => {
  for (const before of ["", "pause"]) {
    const { uuid: id } = await healthchecks.create({ grace: 60 });
    if (before !== "") await healthchecks.call("POST", `checks/${id}/${before}`);
    await healthchecks.ping(`${id}/start`);
    const at = Date.now();
    const statusOfVersion = async (version: string) =>
      (await healthchecks.get(`checks/${id}`, { version }))["status"];
    api.deps.now = () => at + 55_000;
    expect(await Promise.all(["v1", "v3"].map(statusOfVersion))).toEqual([
      "started",
      before === "" ? "new" : "paused",
    ]);
    api.deps.now = () => at + 61_000;
    expect(await Promise.all(["v1", "v3"].map(statusOfVersion))).toEqual(["down", "down"]);
    api.deps.now = () => Date.now();
  }
});

test.each([
  [0, "up", "up"],
  [3590, "up", "up"],
  [3601, "grace", "grace"],
  [4190, "grace", "grace"],
  [4201, "down", "down"],
])("%i s after a success it is %s, in v1 %s", async (seconds, status, first) => {
  await healthchecks.ping(uuid);
  const at = Date.now();
  api.deps.now = () => at + seconds * 1000;
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status });
  expect(await healthchecks.get(`checks/${uuid}`, { version: "v1" })).toMatchObject({ status: first });
});

test("a late start keeps the schedule's deadline, an early one brings its own", async () => {
  await healthchecks.ping(uuid);
  // Without a run id this could be the start of the run that has just ended, overtaken on its way.
  await healthchecks.ping(`${uuid}/start?rid=8f5e3a52-7f5b-4b0e-9a3c-5d2c1b0a9f8e`);
  const at = Date.now();
  api.deps.now = () => at + 601_000;
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status: "down", started: true });
});

test.each([
  ["v1", "ﬃ".repeat(100)],
  ["v2", "⑽".repeat(100)],
])("%s makes no slug that is too long of a name that grows", async (version, name) => {
  const response = await healthchecks.call("POST", "checks/", { name }, { version });
  expect(response.status).toBe(201);
  expect(String((await read(response))["slug"]).length).toBeLessThanOrEqual(100);
});

test.each([
  ["svg", "image/svg+xml"],
  ["json", "application/json"],
  ["shields", "application/json"],
])("the badge of a check as %s may be shown anywhere and is never kept", async (format, type) => {
  const { badge_url: url } = await healthchecks.get(`checks/${uuid}`);
  const path = url.replace("http://overdue.test", "").replace(/svg$/, format);
  for (const states of [2, 3, 7]) {
    const response = await healthchecks.call("GET", path.replace("/b/2/", `/b/${states}/`), undefined, {
      key: null,
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(corsOf(response)).toEqual(["*", "X-Api-Key", "GET, OPTIONS", "600"]);
  }
});

test.each(["png", "SVG", ""])("there is no badge as %j", async (format) => {
  const { badge_url: url } = await healthchecks.get(`checks/${uuid}`);
  const path = url.replace("http://overdue.test", "").replace(/svg$/, format);
  expect((await healthchecks.call("GET", path)).status).toBe(404);
});

test.each([
  [3, "grace", "late", "important"],
  [2, "grace", "up", "success"],
  [1, "grace", "up", "success"],
  [3, "down", "down", "critical"],
  [2, "down", "down", "critical"],
  [3, "started", "up", "success"],
  [3, "paused", "up", "success"],
  [3, "new", "up", "success"],
] as const)(
  "with %i states a check that is %s has a badge that says %s",
  async (states, status, message, color) => {
    const { badge_url: url } = await healthchecks.get(`checks/${uuid}`);
    await bringTo(status);
    const base = url.replace("http://overdue.test/b/2/", `/b/${states}/`).replace(/\.svg$/, "");
    const shield = await healthchecks.get(`${base}.shields`);
    expect(shield).toEqual({ schemaVersion: 1, label: "Backup", message, color });
    const counts = { grace: status === "grace" ? 1 : 0, down: status === "down" ? 1 : 0 };
    expect(await healthchecks.get(`${base}.json`)).toEqual({ status: message, total: 1, ...counts });
  },
);

test.each([["a tag nobody uses", { status: "up", total: 0, grace: 0, down: 0 }]])(
  "%s is up",
  async (_, expected) => {
    const { uuid: id } = await healthchecks.create({ tags: "rare" });
    const { badges } = await healthchecks.get<{ badges: Record<string, Record<string, string>> }>("badges/");
    await healthchecks.update(id, { tags: "" });
    const path = (badges["rare"]?.["json3"] ?? "").replace("http://overdue.test", "");
    expect(await healthchecks.get(path)).toEqual(expected);
  },
);

test.each([
  [undefined, 401],
  ["Basic abc", 401],
  ["Bearer short", 400],
  [`Bearer ${"x".repeat(32)}`, 403],
])("metrics with Authorization: %s are %i and empty", async (authorization, status) => {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await api.app.request(`/projects/${UNKNOWN_ID}/metrics/`, { headers });
  expect([response.status, await response.text()]).toEqual([status, ""]);
});

test("metrics do not look at the project in the path, and tell each family in its order", async () => {
  await healthchecks.ping(uuid);
  await healthchecks.call("POST", `checks/${uuid}/pause`);
  const response = await api.app.request(`/projects/${UNKNOWN_ID}/metrics/`, {
    headers: { authorization: `Bearer ${healthchecks.readKey}` },
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/plain"]);
  const text = await response.text();
  for (const line of [/^hc_check_up\{.*\} 1$/m, /^hc_check_paused\{.*\} 1$/m, /^hc_checks_down_total 0$/m])
    expect(text).toMatch(line);
});

async function bringTo(status: "grace" | "down" | "started" | "paused" | "new") {
  if (status === "grace") await healthchecks.ping(uuid);
  if (status === "down") await healthchecks.ping(`${uuid}/fail`);
  if (status === "started") await healthchecks.ping(`${uuid}/start`);
  if (status === "paused") await healthchecks.call("POST", `checks/${uuid}/pause`);
  const at = Date.now();
  if (status === "grace") api.deps.now = () => at + 3_700_000;
}

function corsOf({ headers }: Response): (string | null)[] {
  return ["allow-origin", "allow-headers", "allow-methods", "max-age"].map((name) =>
    headers.get(`access-control-${name}`),
  );
}
