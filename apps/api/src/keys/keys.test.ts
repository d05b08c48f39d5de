import { schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Key = { id: string; key: string; prefix: string; lastUsedAt: string | null };

test("a key is shown once, and stored so that nobody can use what is stored", async () => {
  const { as, path } = await person(api);
  const made = await as("POST", `${path}/keys`, { name: "ci", scope: "write" });
  expect(made.status).toBe(201);
  const { key, prefix, id } = await read<Key>(made);
  expect(key).toMatch(/^hcw_[A-Za-z0-9]{28}$/);
  expect(key.startsWith(prefix)).toBe(true);
  expect(await (await as("GET", `${path}/keys`)).text()).not.toContain(key);
  const [row] = await api.db.select().from(schema.apiKeys).where(eq(schema.apiKeys.id, id));
  for (const value of Object.values(row ?? {})) {
    const response = await api.call("GET", path, { headers: { "x-api-key": String(value) } });
    expect(response.status).toBe(401);
  }
});

test.each(["authorization", "x-api-key"])("a key is taken from the header %s", async (header) => {
  const { as, path } = await person(api);
  const { key } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
  const headers = { [header]: header === "authorization" ? `Bearer ${key}` : key };
  expect((await api.call("GET", path, { headers })).status).toBe(200);
});

test("a key in the address is no key", async () => {
  const { as, path } = await person(api);
  const { key } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
  expect((await api.call("GET", `${path}?api_key=${key}`)).status).toBe(401);
});

test("an expired key is dead, and one cannot be born expired", async () => {
  const { as, path } = await person(api);
  const soon = new Date(Date.now() + 60_000).toISOString();
  const input = { name: "ci", scope: "read", expiresAt: soon };
  const { key, id } = await read<Key>(await as("POST", `${path}/keys`, input));
  expect((await api.call("GET", path, { headers: { "x-api-key": key } })).status).toBe(200);
  await api.db.update(schema.apiKeys).set({ expiresAt: new Date() }).where(eq(schema.apiKeys.id, id));
  expect((await api.call("GET", path, { headers: { "x-api-key": key } })).status).toBe(401);
  const born = await as("POST", `${path}/keys`, { ...input, expiresAt: "2020-01-01T00:00:00Z" });
  expect(await read(born)).toMatchObject({ status: 400, errors: [{ field: "expiresAt" }] });
});

test("the last use is noted to the minute, with where it came from", async () => {
  const { as, path } = await person(api);
  const { key, id } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
  await api.call("GET", path, { headers: { "x-api-key": key } });
  await expect
    .poll(async () =>
      (await read<{ items: Key[] }>(await as("GET", `${path}/keys`))).items.find((k) => k.id === id),
    )
    .toMatchObject({
      lastUsedAt: expect.stringMatching(/:00\.000Z$/),
      lastUsedFrom: expect.stringMatching(/^10\./),
    });
});
