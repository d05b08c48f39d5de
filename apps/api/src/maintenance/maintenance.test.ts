import { evaluateDue } from "@overdue/db";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";
import type { WindowView } from "./window-view.ts";

const api = await testApi();
const MINUTE = 60_000;
const EVERY_5_MIN = { schedule: { kind: "interval", everySeconds: 300 }, graceSeconds: 60 };
const NIGHTLY = {
  kind: "weekly",
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  time: "02:00",
  minutes: 60,
  timezone: "UTC",
};
type Page<T> = { items: T[]; next: string | null };
type Check = {
  id: string;
  pingUrl: string;
  status: string;
  deadlineAt: string;
  maintenance: { until: string } | null;
};

/** A project with a check that was just heard from. */
async function pingedProject(given: object = {}) {
  const someone = await person(api);
  const made = await read<Check>(
    await someone.as("POST", `${someone.path}/checks`, { ...EVERY_5_MIN, ...given }),
  );
  const ping = (kind = "") => api.app.request(new URL(made.pingUrl).pathname + kind);
  await ping();
  const url = `${someone.path}/checks/${made.id}`;
  const check = async () => await read<Check>(await someone.as("GET", url));
  const plan = async (input: object) =>
    await read<WindowView>(
      await someone.as("POST", `${someone.path}/maintenance`, { name: "work", ...input }),
    );
  const start = async (input: object = {}) =>
    await read<WindowView>(
      await someone.as("POST", `${someone.path}/maintenance/start`, { minutes: 60, ...input }),
    );
  const stop = async (input: object = {}) =>
    await read<Page<WindowView>>(await someone.as("POST", `${someone.path}/maintenance/stop`, input));
  return { ...someone, id: made.id, url, ping, check, plan, start, stop };
}

/** Evaluates every deadline up to so many milliseconds from now. */
async function evaluateIn(ms: number): Promise<void> {
  const fail = (_: string, error: unknown) => {
    throw error;
  };
  await evaluateDue(api.deps.pool, { watermark: Date.now() + ms, outages: [], limit: 500 }, fail);
}

test("a deploy script starts maintenance, and no deadline is evaluated until it ends", async () => {
  const { check, start, as, url } = await pingedProject();
  const window = await start({ name: "deploy" });
  expect(window).toMatchObject({ name: "deploy", rule: { kind: "once" }, tags: [], checkIds: [] });
  const { until } = window.active ?? { until: "" };
  expect(await check()).toMatchObject({ maintenance: { until }, status: "up" });
  await evaluateIn(50 * MINUTE);
  expect(await check()).toMatchObject({ deadlineAt: new Date(Date.parse(until) + MINUTE).toISOString() });
  await evaluateIn(62 * MINUTE);
  expect(await check()).toMatchObject({ status: "down" });
  const slots = await read<Page<{ outcome: string; because: string | null }>>(
    await as("GET", `${url}/slots`),
  );
  expect(slots.items[0]).toMatchObject({ outcome: "excluded", because: "maintenance" });
});

test("stopping it by its name brings the deadlines back at once", async () => {
  const { check, start, stop } = await pingedProject();
  const before = await check();
  await start({ name: "deploy" });
  await start({ name: "other" });
  const stopped = await stop({ name: "other" });
  expect(stopped.items.map(({ name, active }) => [name, active])).toEqual([["other", null]]);
  expect((await check()).maintenance).not.toBeNull();
  await stop({ name: "deploy" });
  expect(await check()).toMatchObject({ maintenance: null });
  expect(Date.parse((await check()).deadlineAt)).toBeLessThanOrEqual(Date.parse(before.deadlineAt) + MINUTE);
  expect((await stop()).items).toEqual([]);
});

test("a failure during maintenance is in the history, and opens no incident", async () => {
  const { as, path, url, ping, check, start, stop } = await pingedProject();
  await start();
  await ping("/fail");
  expect(await check()).toMatchObject({ status: "up" });
  expect((await read<Page<object>>(await as("GET", `${path}/incidents?state=all`))).items).toEqual([]);
  const notices = await read<Page<{ notice: string }>>(await as("GET", `${url}/notices`));
  expect(notices.items.map(({ notice }) => notice)).toContain("failed");
  await stop();
  // With another exit status, or it would be the same failure sent again.
  await ping("/3");
  expect(await check()).toMatchObject({ status: "down" });
});

test("a window for a tag holds for those that have it, also when they get it later", async () => {
  const { as, url, check, start } = await pingedProject();
  await start({ tags: ["db"] });
  expect(await check()).toMatchObject({ maintenance: null });
  await as("PATCH", url, { tags: ["web", "db"] });
  expect((await check()).maintenance).not.toBeNull();
  await as("PATCH", url, { tags: ["web"] });
  expect(await check()).toMatchObject({ maintenance: null });
});

test("a check that is made during maintenance of the project is in it", async () => {
  const { as, path, start } = await pingedProject();
  await start();
  const made = await read<Check>(await as("POST", `${path}/checks`, EVERY_5_MIN));
  expect(made.maintenance).not.toBeNull();
});

test("a window for one check, named by its slug, leaves the others alone", async () => {
  const { as, path, check, start } = await pingedProject({ slug: "backup" });
  const other = await read<Check>(await as("POST", `${path}/checks`, EVERY_5_MIN));
  await start({ checks: ["backup"] });
  expect((await check()).maintenance).not.toBeNull();
  expect(await read(await as("GET", `${path}/checks/${other.id}`))).toMatchObject({ maintenance: null });
});

test("a window is planned, read, edited with its version, and deleted", async () => {
  const { as, path, plan, check } = await pingedProject();
  const window = await plan({ rule: NIGHTLY });
  expect(window).toMatchObject({ version: 1, rule: NIGHTLY });
  expect(window.next?.from).toMatch(/T02:00:00\.000Z$/);
  const url = `${path}/maintenance/${window.id}`;
  const edited = await as("PATCH", url, { name: "nightly" }, { "if-match": '"1"' });
  expect(await read(edited)).toMatchObject({ name: "nightly", version: 2, rule: NIGHTLY });
  expect((await as("PATCH", url, { name: "late" }, { "if-match": '"1"' })).status).toBe(412);
  const list = await read<Page<WindowView>>(await as("GET", `${path}/maintenance`));
  expect(list.items.map(({ name }) => name)).toEqual(["nightly"]);
  const now = { kind: "once", from: new Date(Date.now() - MINUTE), until: new Date(Date.now() + MINUTE) };
  await as("PATCH", url, { rule: now });
  expect((await check()).maintenance).not.toBeNull();
  expect((await as("DELETE", url)).status).toBe(204);
  expect(await check()).toMatchObject({ maintenance: null });
  expect((await as("GET", url)).status).toBe(404);
});

test("one window can be stopped by itself", async () => {
  const { as, path, start } = await pingedProject();
  const window = await start();
  const stopped = await read<WindowView>(await as("POST", `${path}/maintenance/${window.id}/stop`));
  expect(stopped.active).toBeNull();
});

test("a project without windows keeps nothing of them with its checks", async () => {
  const { id, start, stop } = await pingedProject();
  expect(await storedFor(id)).toBeNull();
  await start({ minutes: 1 });
  expect(await storedFor(id)).not.toBeNull();
  await stop();
  const { now } = api.deps;
  api.deps.now = () => now() + 3 * 86_400_000;
  await start({ checks: [id], minutes: 1, name: "days later" });
  api.deps.now = now;
  expect(await storedFor(id)).toHaveLength(1);
});

test.each([
  ["no minutes", {}, "minutes"],
  ["a month of it", { minutes: 50_000 }, "minutes"],
  ["a check of nobody", { minutes: 5, checks: ["nobody"] }, "checkIds"],
])("%s is refused, naming the field", async (_, input, field) => {
  const { as, path } = await pingedProject();
  const response = await as("POST", `${path}/maintenance/start`, input);
  expect(response.status).toBe(400);
  expect(await read(response)).toMatchObject({ errors: [{ field }] });
});

test("a window cannot take in a stranger's check", async () => {
  const stranger = await pingedProject();
  const { as, path, projectId } = await pingedProject();
  const response = await as("POST", `${path}/maintenance`, {
    name: "x",
    rule: NIGHTLY,
    checkIds: [stranger.id],
  });
  expect(response.status).toBe(400);
  expect((await read<Page<object>>(await as("GET", `${path}/maintenance`))).items).toEqual([]);
  const key = await keyHolder(api, projectId, "write");
  expect((await key.as("POST", `${path}/maintenance/start`, { minutes: 1 })).status).toBe(201);
});

async function storedFor(checkId: string): Promise<unknown[] | null> {
  const rows = await api.deps.pool.query<{ maintenance: unknown[] | null }>(
    "select maintenance from checks where id = $1",
    [checkId],
  );
  return rows[0]?.maintenance ?? null;
}

test("a deleted window comes back as itself, and its checks know it again", async () => {
  const { as, path, check, start } = await pingedProject();
  const { id } = await start();
  const url = `${path}/maintenance/${id}`;
  expect((await as("DELETE", url)).status).toBe(204);
  expect(await check()).toMatchObject({ maintenance: null });
  expect(await read(await as("POST", `${url}/restore`))).toMatchObject({ id, active: expect.anything() });
  expect((await check()).maintenance).not.toBeNull();
  expect((await as("POST", `${url}/restore`)).status).toBe(404);
});
