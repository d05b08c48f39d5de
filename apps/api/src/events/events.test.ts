import { notifyChanges } from "@overdue/db";
import { expect, test, vi } from "vitest";

import { join, keyHolder, person, read, testApi } from "../../test/test-api.ts";
import { Streams } from "./event-routes.ts";

const api = await testApi({ streamTimes: { heartbeatMs: 60_000, recheckMs: 20 } });
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };

/** Reads a stream event by event; null when it ends. */
function eventsOf(response: Response): () => Promise<string | null> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return async function next() {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end !== -1) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        return event;
      }
      const chunk = await reader?.read();
      if (chunk?.value === undefined) return null;
      text += chunk.value;
    }
  };
}

/** The hub listens before the first test speaks. */
async function waitUntilListening(projectId: string, next: () => Promise<string | null>): Promise<void> {
  expect(await next()).toContain('{"checkId":null}');
  const checkId = "01900000-0000-7000-8000-000000000000";
  let arrived = false;
  const first = next().then(() => (arrived = true));
  while (!arrived) {
    await notifyChanges(api.deps.pool, [{ projectId, checkId }]);
    await Promise.race([first, new Promise((resolve) => setImmediate(resolve))]);
  }
}

test("a change in a project reaches its open pages, and no page of another", async () => {
  const ada = await person(api);
  const eve = await person(api);
  const stream = await ada.as("GET", `${ada.path}/events`);
  expect(stream.headers.get("content-type")).toBe("text/event-stream");
  const next = eventsOf(stream);
  await waitUntilListening(ada.projectId, next);
  const evesNext = eventsOf(await eve.as("GET", `${eve.path}/events`));
  await waitUntilListening(eve.projectId, evesNext);

  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/checks`, HOURLY));
  await ada.as("POST", `${ada.path}/checks/${id}/pause`);
  await eve.as("PATCH", eve.path, { name: "hers" });
  const events = [await next(), await next()];
  while (!events.at(-1)?.includes(id)) events.push(await next());
  let last = await evesNext();
  while (!last?.includes('{"checkId":null}')) last = await evesNext();
  expect(last).not.toContain(id);
});

test("a ping reaches the open page", async () => {
  const { as, path, projectId } = await person(api);
  const { id, pingUrl } = await read<{ id: string; pingUrl: string }>(
    await as("POST", `${path}/checks`, HOURLY),
  );
  const next = eventsOf(await as("GET", `${path}/events`));
  await waitUntilListening(projectId, next);
  expect((await api.app.request(new URL(pingUrl).pathname)).status).toBe(200);
  let event = await next();
  while (!event?.includes(id)) event = await next();
  expect(await read(await as("GET", `${path}/checks/${id}`))).toMatchObject({ status: "up", pingCount: 1 });
});

test("a stream ends when its holder signs out, and when its key is revoked", async () => {
  const { as, path, projectId } = await person(api);
  const key = await keyHolder(api, projectId, "read");
  const byKey = eventsOf(await key.as("GET", `${path}/events`));
  await byKey();
  await as("DELETE", `${path}/keys/${key.id}`);
  while ((await byKey()) !== null);

  const bySession = eventsOf(await as("GET", `${path}/events`));
  await bySession();
  await as("POST", "/api/auth/sign-out");
  while ((await bySession()) !== null);
  expect(api.deps.streams.count).toBeLessThan(4);
});

test("a reader that leaves while it is asked whether it may still watch disturbs nobody", async () => {
  const slow = await testApi({ streamTimes: { heartbeatMs: 1, recheckMs: 1 } });
  const ada = await person(slow);
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  process.on("unhandledRejection", note);
  const streams = await Promise.all(Array.from({ length: 20 }, () => ada.as("GET", `${ada.path}/events`)));
  // Each may watch no more, finds that out on its own, and loses its reader meanwhile.
  await ada.as("POST", "/api/auth/sign-out");
  await Promise.all(streams.map(async (stream) => stream.body?.cancel()));
  slow.deps.streams.closeAll();
  await vi.waitFor(() => expect(slow.deps.pool.idleCount).toBe(slow.deps.pool.totalCount));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(errors).toEqual([]);
  expect(slow.deps.streams.count).toBe(0);
});

test("a stream ends when its holder is a member no longer, and when the session is over", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  await join(api, { projectId: ada.projectId, userId: bob.userId, role: "viewer" });
  const removed = eventsOf(await bob.as("GET", `${ada.path}/events`));
  await removed();
  await ada.as("DELETE", `${ada.path}/members/${bob.userId}`);
  while ((await removed()) !== null);

  const expired = eventsOf(await ada.as("GET", `${ada.path}/events`));
  await expired();
  await api.deps.pool.query("update sessions set expires_at = now() where user_id = $1", [ada.userId]);
  while ((await expired()) !== null);
  expect(api.deps.streams.count).toBeLessThan(6);
});

test("streams are asked about every three seconds where nothing else is said", async () => {
  const { times } = new Streams({ db: api.db, log: api.deps.log });
  expect(times.recheckMs).toBeLessThanOrEqual(4_000);
});

test("thirty streams of one person are enough, and hold back nobody else", async () => {
  const [ada, eve] = [await person(api), await person(api)];
  const open = async (of: typeof ada) => await of.as("GET", `${of.path}/events`);
  for (let count = 0; count < 30; count += 1) expect((await open(ada)).status).toBe(200);
  expect((await open(ada)).status).toBe(429);
  expect((await open(eve)).status).toBe(200);
});

test("a change that belongs to no check, such as a broken channel, reaches the pages of its project", async () => {
  const ada = await person(api);
  const next = eventsOf(await ada.as("GET", `${ada.path}/events`));
  await waitUntilListening(ada.projectId, next);
  const id = "01900000-0000-7000-8000-000000000001";
  const payload = { projectId: ada.projectId, checkId: null, deliveryId: id, channelId: id };
  await api.deps.pool.query("select pg_notify('overdue_changes', $1)", [JSON.stringify(payload)]);
  let event = await next();
  while (event?.includes("01900000")) event = await next();
  expect(event).toContain('{"checkId":null}');
});
