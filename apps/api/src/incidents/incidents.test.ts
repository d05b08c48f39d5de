import { beforeAll, expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";
import type { IncidentDetail } from "./incidents.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, graceSeconds: 300 };
type Ada = Awaited<ReturnType<typeof person>>;
type Page<T> = { items: T[]; next: string | null };
let ada: Ada;

beforeAll(async () => {
  ada = await person(api);
});

/** A check of a new person, down because its job said so. */
async function downCheck(given: object = {}, ping: { exit?: number; body?: string } = {}) {
  const someone = await person(api);
  const check = await addCheck(someone, { name: "nightly backup", ...given });
  const incident = await breakIt(someone, check, ping);
  return { ...someone, check, incident, url: `${someone.path}/incidents/${incident.id}` };
}

async function addCheck(someone: Ada, given: object) {
  return await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, { ...HOURLY, ...given }),
  );
}

async function breakIt(
  someone: Ada,
  check: { id: string; pingUrl: string },
  { exit = 1, body = "" }: { exit?: number; body?: string } = {},
) {
  await api.app.request(`${new URL(check.pingUrl).pathname}/${exit}`, { method: "POST", body });
  const open = await read<Page<{ id: string }>>(
    await someone.as("GET", `${someone.path}/incidents?checkId=${check.id}`),
  );
  const [incident] = open.items;
  if (incident === undefined) throw new Error("No incident was opened.");
  return incident;
}

test("a list of incidents says with which exit status each job failed", async () => {
  const { as, path } = await downCheck({}, { exit: 3 });
  const { items } = await read<Page<IncidentDetail>>(await as("GET", `${path}/incidents?state=open`));
  expect(items.map(({ exitStatus }) => exitStatus)).toEqual([3]);
});

test("a person sees how many incidents are open in each of their projects; those of deleted checks do not count", async () => {
  const someone = await downCheck();
  const { items } = await read<Page<{ id: string }>>(await someone.as("GET", `${someone.path}/checks`));
  const second = await addCheck(someone, { name: "report" });
  await breakIt(someone, second);
  const open = async ({ as }: Pick<Ada, "as">) =>
    (await read<{ projects: { openIncidents: number }[] }>(await as("GET", "/v1/me"))).projects.map(
      ({ openIncidents }) => openIncidents,
    );
  expect(await open(someone)).toEqual([2]);
  expect(await open(ada)).toEqual([0]);
  await someone.as("DELETE", `${someone.path}/checks/${items[0]?.id}`);
  expect(await open(someone)).toEqual([1]);
});

test("an incident says why, since when, what the exit status means, and what the job printed last", async () => {
  const { as, url, check } = await downCheck(
    { severity: "critical" },
    { exit: 137, body: "copying\nKilled" },
  );
  const incident = await read<IncidentDetail>(await as("GET", url));
  expect(incident).toMatchObject({
    checkId: check.id,
    checkName: "nightly backup",
    checkStatus: "down",
    severity: "critical",
    reason: "failed",
    resolvedAt: null,
    exitStatus: 137,
    output: "copying\nKilled",
    outputPing: 1,
    entries: 0,
    alsoDown: [],
    heldBy: [],
  });
  expect(incident.exitMeaning?.title).toContain("SIGKILL");
  expect(incident.evidence.exitStatus).toBe(137);
});

test("what else is wrong at the same address is named, and only what still is", async () => {
  const { url, incident, ...someone } = await downCheck();
  const other = await addCheck(someone, { name: "mail queue" });
  const neighbour = await breakIt(someone, other);
  const stranger = await downCheck();
  await at("192.0.2.7", [incident.id, neighbour.id, stranger.incident.id]);
  const both = await read<IncidentDetail>(await someone.as("GET", url));
  expect(both.alsoDown.map(({ checkName, shares }) => [checkName, shares])).toEqual([
    ["mail queue", "address"],
  ]);
  await api.app.request(new URL(other.pingUrl).pathname);
  expect((await read<IncidentDetail>(await someone.as("GET", url))).alsoDown).toEqual([]);
});

test("the list has open incidents, or all of them, newest first and page by page", async () => {
  const { as, path, check, url, incident, ...someone } = await downCheck();
  const second = await addCheck({ as, path, ...someone }, { name: "second" });
  await breakIt({ as, path, ...someone }, second);
  await api.app.request(new URL(check.pingUrl).pathname);
  const names = async (query: string) =>
    (await read<Page<{ checkName: string }>>(await as("GET", `${path}/incidents?${query}`))).items.map(
      ({ checkName }) => checkName,
    );
  expect(await names("")).toEqual(["second"]);
  expect(await names("state=all")).toEqual(["second", "nightly backup"]);
  const first = await read<Page<{ id: string }>>(await as("GET", `${path}/incidents?state=all&limit=1`));
  const next = await read<Page<{ id: string }>>(
    await as("GET", `${path}/incidents?state=all&limit=1&cursor=${first.next}`),
  );
  expect(next).toMatchObject({ items: [{ id: incident.id }], next: null });
  expect(await read(await as("GET", url))).toMatchObject({ checkStatus: "up" });
});

test("an acknowledgement names who, wakes the routes, and holds once", async () => {
  const { as, url, projectId, email } = await downCheck();
  const acknowledged = await read<IncidentDetail>(await as("POST", `${url}/acknowledge`));
  expect(acknowledged.acknowledgedAt).not.toBeNull();
  const [name] = [acknowledged.acknowledgedBy];
  expect(email.startsWith(name ?? "?") || name === email).toBe(true);
  const key = await keyHolder(api, projectId, "write");
  const again = await read<IncidentDetail>(await key.as("POST", `${url}/acknowledge`));
  expect(again.acknowledgedBy).toBe(name);
  expect(again.entries).toBe(1);
  expect(await wakeOf(acknowledged.id)).not.toBeNull();
});

test("an act by a key is put down to the key's name", async () => {
  const { url, projectId } = await downCheck();
  const key = await keyHolder(api, projectId, "write");
  const incident = await read<IncidentDetail>(await key.as("POST", `${url}/acknowledge`));
  expect(incident.acknowledgedBy).toBe("API key test");
});

test("an acknowledgement can be taken back", async () => {
  const { as, url } = await downCheck();
  await as("POST", `${url}/acknowledge`);
  const back = await read<IncidentDetail>(await as("POST", `${url}/unacknowledge`));
  expect(back).toMatchObject({ acknowledgedAt: null, acknowledgedBy: null, entries: 2 });
});

const HALF_HOUR = 30 * 60_000;
test.each([
  ["30 minutes", { for: "30m" }, HALF_HOUR],
  ["2 hours", { for: "2h" }, 4 * HALF_HOUR],
])("a snooze of %s ends then", async (_, input, afterMs) => {
  const { as, url } = await downCheck();
  const { now } = api.deps;
  const at = now();
  api.deps.now = () => at;
  const snoozed = await read<IncidentDetail>(await as("POST", `${url}/snooze`, input));
  api.deps.now = now;
  expect(Date.parse(String(snoozed.snoozedUntil))).toBe(at + afterMs);
});

test("a snooze until tomorrow is until nine in the morning there", async () => {
  const { as, url } = await downCheck();
  const snoozed = await read<IncidentDetail>(
    await as("POST", `${url}/snooze`, { for: "tomorrow", timezone: "Asia/Kolkata" }),
  );
  expect(String(snoozed.snoozedUntil)).toMatch(/T03:30:00\.000Z$/);
});

test("a snooze until it recovers has no end of its own", async () => {
  const { as, url } = await downCheck();
  const snoozed = await read<IncidentDetail>(await as("POST", `${url}/snooze`, { for: "recovery" }));
  expect(snoozed.snoozedUntil).toBe("recovery");
  expect(await read(await as("GET", url))).toMatchObject({ snoozedUntil: "recovery" });
});

test.each([
  ["an instant that has passed", { until: "2020-01-01T00:00:00Z" }],
  ["an instant in ten years", { until: "2099-01-01T00:00:00Z" }],
  ["a zone that does not exist", { for: "tomorrow", timezone: "Mars/Base" }],
  ["nothing", {}],
])("a snooze until %s is refused", async (_, input) => {
  const { as, url } = await downCheck();
  expect((await as("POST", `${url}/snooze`, input)).status).toBe(400);
});

test("what is over cannot be acknowledged, and says since when; a note it takes", async () => {
  const { as, url, check } = await downCheck();
  await api.app.request(new URL(check.pingUrl).pathname);
  const refused = await as("POST", `${url}/acknowledge`);
  expect(refused.status).toBe(409);
  expect((await read<{ detail: string }>(refused)).detail).toMatch(/recovered on .* UTC/);
  expect(await read(await as("POST", `${url}/notes`, { text: "disk was full" }))).toMatchObject({
    entries: 1,
  });
});

test("the timeline has flips, acts, notes and the recovery in one order", async () => {
  const { as, url, check } = await downCheck();
  await as("POST", `${url}/acknowledge`);
  await as("POST", `${url}/notes`, { text: "looking at it" });
  await api.app.request(new URL(check.pingUrl).pathname);
  const { items } = await read<Page<{ kind: string; to?: string; text?: string }>>(
    await as("GET", `${url}/timeline`),
  );
  expect(items.map(({ kind, to, text }) => [kind, to ?? text])).toEqual([
    ["flip", "down"],
    ["acknowledged", ""],
    ["note", "looking at it"],
    ["flip", "up"],
  ]);
  const first = await read<Page<{ kind: string }>>(await as("GET", `${url}/timeline?limit=3`));
  const rest = await read<Page<{ kind: string }>>(
    await as("GET", `${url}/timeline?limit=3&cursor=${first.next}`),
  );
  expect([first.items.length, rest.items.length, rest.next]).toEqual([3, 1, null]);
});

test("the timeline shows the maintenance while the check was down, and no other", async () => {
  const { as, url, path, check } = await downCheck();
  const begin = async (name: string) => await as("POST", `${path}/maintenance/start`, { minutes: 5, name });
  await begin("deploy");
  await as("POST", `${path}/maintenance/stop`);
  await api.app.request(new URL(check.pingUrl).pathname);
  await begin("later");
  const { items } = await read<Page<{ kind: string; text?: string; by?: string }>>(
    await as("GET", `${url}/timeline`),
  );
  expect(items.filter(({ kind }) => kind === "maintenance").map(({ text }) => text)).toEqual(["deploy"]);
});

test("a viewer's key may look and not act", async () => {
  const { url, projectId } = await downCheck();
  const reader = await keyHolder(api, projectId, "read");
  expect((await reader.as("GET", url)).status).toBe(200);
  expect((await reader.as("POST", `${url}/acknowledge`)).status).toBe(403);
});

test("an incident of another project is not there", async () => {
  const { incident } = await downCheck();
  expect((await ada.as("GET", `${ada.path}/incidents/${incident.id}`)).status).toBe(404);
});

async function at(address: string, incidentIds: string[]): Promise<void> {
  await api.deps.pool.query("update incidents set address = $1 where id = any($2)", [address, incidentIds]);
}

async function wakeOf(incidentId: string): Promise<Date | null> {
  const rows = await api.deps.pool.query<{ wake_at: Date | null }>(
    "select wake_at from incidents where id = $1",
    [incidentId],
  );
  return rows[0]?.wake_at ?? null;
}
