import { schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Overview = { id: string; name: string; status: string; strip: string; incident?: { id: string } };
type Check = { id: string; pingUrl: string; badgeUrl: string };

async function withCheck(input: object = {}) {
  const someone = await person(api);
  const check = await read<Check>(
    await someone.as("POST", `${someone.path}/checks`, { ...HOURLY, name: "backup", ...input }),
  );
  const ping = async (end: string) =>
    await api.app.request(new URL(check.pingUrl).pathname + end, { method: "POST", body: end });
  const list = async (query = "") =>
    (await read<{ items: Overview[] }>(await someone.as("GET", `${someone.path}/check-overviews${query}`)))
      .items;
  return { ...someone, check, ping, list };
}

test("a check in the list says why it is down, with its exit status and its incident", async () => {
  const { ping, list } = await withCheck();
  await ping("/3");
  expect(await list()).toMatchObject([
    { name: "backup", status: "down", incident: { reason: "failed", exitStatus: 3 } },
  ]);
});

test("a check that is down says when it is due next, in the list and by itself; a paused one does not", async () => {
  const { ping, list, as, path, check } = await withCheck();
  await ping("/3");
  const [listed] = await list();
  const url = `${path}/checks/${check.id}`;
  const alone = await read<{ lastPingAt: string; expectedAt: string | null }>(await as("GET", url));
  expect(listed).toMatchObject({ status: "down", expectedAt: alone.expectedAt });
  expect(Date.parse(alone.expectedAt ?? "") - Date.parse(alone.lastPingAt)).toBe(3_600_000);
  expect(await read(await as("POST", `${url}/pause`))).toMatchObject({ expectedAt: null });
});

test("a check in the list says that its incident is snoozed until it recovers", async () => {
  const { ping, list, as, path } = await withCheck();
  await ping("/fail");
  const [overview] = await list();
  await as("POST", `${path}/incidents/${overview?.incident?.id}/snooze`, { for: "recovery" });
  expect(await list()).toMatchObject([{ incident: { snoozedUntil: "recovery" } }]);
});

test("a check in the list that nothing is known of leaves out what is empty", async () => {
  const { list, check } = await withCheck();
  const [overview] = await list();
  expect(overview).toMatchObject({ id: check.id, status: "new", strip: "", tags: [] });
  expect(overview).not.toHaveProperty("incident");
  expect(overview).not.toHaveProperty("lastHeardAt");
});

test("the last ping in the list is the last of any kind, and an open run is said with its start", async () => {
  const { ping, list } = await withCheck();
  await ping("/start");
  expect(await list()).toMatchObject([
    {
      lastHeardAt: expect.any(String),
      runningSince: expect.any(String),
      strip: expect.stringMatching(/r\d$/),
    },
  ]);
});

test("the list of some ids holds these alone, and another project's none of them", async () => {
  const { list, as, path, check } = await withCheck();
  await as("POST", `${path}/checks`, HOURLY);
  expect((await list(`?id=${check.id}`)).map(({ id }) => id)).toEqual([check.id]);
  const other = await withCheck();
  expect(await other.list(`?id=${check.id}`)).toEqual([]);
});

test("the list shows no ping URL to any role", async () => {
  const { projectId, path, check } = await withCheck();
  const reader = await keyHolder(api, projectId, "read");
  const response = await reader.as("GET", `${path}/check-overviews`);
  const secret = new URL(check.pingUrl).pathname.split("/").at(-1) ?? "";
  expect(await response.text()).not.toContain(secret);
});

test("the uptime of a check is that of its slots, and null where none was due", async () => {
  const { as, path, check } = await withCheck();
  const uptime = await read<{ spans: object[]; days: object[] }>(
    await as("GET", `${path}/checks/${check.id}/uptime?timezone=Europe/Berlin`),
  );
  expect(uptime.days).toEqual([]);
  expect(uptime.spans).toMatchObject([
    { days: 1, uptime: null },
    { days: 7, uptime: null },
    { days: 30, uptime: null },
    { days: 90, uptime: null },
  ]);
});

test("the strip of a check is a public picture by the id of its badge, without its ping secret", async () => {
  const { ping, check } = await withCheck({ name: "" });
  await ping("/start");
  const path = new URL(check.badgeUrl).pathname.replace("/b/3/", "/b/strip/");
  const response = await api.app.request(path);
  expect(response.headers.get("content-type")).toBe("image/svg+xml");
  const svg = await response.text();
  expect(svg).toContain("<title>unnamed check: 1 running</title>");
  expect(svg).not.toContain(new URL(check.pingUrl).pathname.split("/").at(-1) ?? "");
});

test.each([
  "nothing.svg",
  "01900000-0000-7000-8000-000000000000.svg",
  "01900000-0000-7000-8000-000000000000",
])("there is no strip at %s", async (file) => {
  expect((await api.app.request(`/b/strip/${file}`)).status).toBe(404);
});

test("the list says where the newest run came from, and not to a key that only reads", async () => {
  const { projectId, path, ping, list } = await withCheck();
  await ping("");
  await api.db.update(schema.runs).set({ host: "192.0.2.7" }).where(eq(schema.runs.projectId, projectId));
  expect(await list()).toMatchObject([{ host: "192.0.2.7" }]);
  const reader = await keyHolder(api, projectId, "read");
  const answer = await read<{ items: Overview[] }>(await reader.as("GET", `${path}/check-overviews`));
  expect(answer.items[0]).not.toHaveProperty("host");
});

test("a key for a screen on a wall reads the list, and nothing else", async () => {
  const { projectId, path, check } = await withCheck();
  const wall = await keyHolder(api, projectId, "overview");
  expect((await wall.as("GET", `${path}/check-overviews`)).status).toBe(200);
  for (const other of [`/checks/${check.id}`, "/incidents", "/reliability", "/events", ""])
    expect((await wall.as("GET", `${path}${other}`)).status).toBe(403);
  expect((await wall.as("POST", `${path}/checks/${check.id}/pause`)).status).toBe(403);
});
