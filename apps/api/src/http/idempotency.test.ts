import { schema } from "@overdue/db";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
const CHANNEL = { kind: "email", name: "me", settings: { to: "me@example.org" } };
const once = (key: string) => ({ "idempotency-key": key });
type Page = { items: { id: string; name: string }[] };

test.each([
  ["checks", HOURLY],
  ["channels", CHANNEL],
  ["keys", { name: "ci", scope: "write" }],
])("asked twice with the same key, %s are made once and answered alike", async (list, input) => {
  const { as, path } = await person(api);
  const first = await as("POST", `${path}/${list}`, input, once("a"));
  const again = await as("POST", `${path}/${list}`, input, once("a"));
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  expect(await again.text()).toBe(await first.text());
  expect((await read<Page>(await as("GET", `${path}/${list}`))).items).toHaveLength(1);
});

test("a project is made once too", async () => {
  const { as } = await person(api);
  const ids = [];
  for (let asked = 0; asked < 2; asked += 1) {
    const made = await as("POST", "/v1/projects", { name: "twice" }, once("p"));
    ids.push((await read<{ id: string }>(made)).id);
  }
  expect(new Set(ids).size).toBe(1);
  expect((await read<Page>(await as("GET", "/v1/projects"))).items).toHaveLength(2);
});

test("ten at once make one, and all get it", async () => {
  const { as, path } = await person(api);
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const made = await as("POST", `${path}/checks`, HOURLY, once("storm"));
      return (await read<{ id: string }>(made)).id;
    }),
  );
  expect(new Set(answers).size).toBe(1);
  expect((await read<Page>(await as("GET", `${path}/checks`))).items).toHaveLength(1);
});

test("another body with the same key is refused by a code of its own, and makes nothing", async () => {
  const { as, path } = await person(api);
  await as("POST", `${path}/checks`, HOURLY, once("b"));
  const other = await as("POST", `${path}/checks`, { ...HOURLY, name: "other" }, once("b"));
  expect(other.status).toBe(422);
  expect(await read(other)).toMatchObject({ code: "idempotency_key_reused" });
  expect((await read<Page>(await as("GET", `${path}/checks`))).items).toHaveLength(1);
});

test("a refused creation may be mended and sent again with its key", async () => {
  const { as, path } = await person(api);
  expect((await as("POST", `${path}/checks`, { name: "no schedule" }, once("c"))).status).toBe(400);
  expect((await as("POST", `${path}/checks`, HOURLY, once("c"))).status).toBe(201);
});

test("one actor's key is nobody else's", async () => {
  const { as, path, projectId } = await person(api);
  const key = await keyHolder(api, projectId, "write");
  const mine = await read<{ id: string }>(await as("POST", `${path}/checks`, HOURLY, once("d")));
  const theirs = await api.call("POST", `${path}/checks`, {
    json: HOURLY,
    headers: { "x-api-key": key.key, ...once("d") },
  });
  expect((await read<{ id: string }>(theirs)).id).not.toBe(mine.id);
});

test("what was answered is kept sealed: an API key cannot be read from the table", async () => {
  const { as, path } = await person(api);
  const made = await as("POST", `${path}/keys`, { name: "ci", scope: "write" }, once("sealed"));
  const { key } = await read<{ key: string }>(made);
  const rows = await api.db
    .select()
    .from(schema.idempotencyKeys)
    .where(eq(schema.idempotencyKeys.key, "sealed"));
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(key);
});

test("a key is forgotten after a day, and after a minute where the process died at work", async () => {
  const { as, path } = await person(api);
  const table = schema.idempotencyKeys;
  const createCheck = async () => {
    const response = await as("POST", `${path}/checks`, HOURLY, once("old"));
    return (await read<{ id: string }>(response)).id;
  };
  const first = await createCheck();
  const day = { claimedAt: sql`now() - interval '25 hours'` };
  await api.db.update(table).set(day).where(eq(table.key, "old"));
  const second = await createCheck();
  const died = { answer: null, claimedAt: sql`now() - interval '61 seconds'` };
  await api.db.update(table).set(died).where(eq(table.key, "old"));
  const third = await createCheck();
  expect(new Set([first, second, third]).size).toBe(3);
});

test.each(["", "x".repeat(256)])("a key of %j is refused", async (key) => {
  const { as, path } = await person(api);
  expect((await as("POST", `${path}/checks`, HOURLY, once(key))).status).toBe(400);
});
