import { randomBytes } from "node:crypto";

import { API_KEY_FORM, findKey, openDb, openPool, schema } from "@overdue/db";
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
  expect(key).toMatch(/^hcw_[A-Za-z0-9]{4}_[A-Za-z0-9]{23}$/);
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

test.each(["api_key", "access_token", "q"])(
  "a key in the address, as %s, is refused with what to do",
  async (name) => {
    const { as, path } = await person(api);
    const { key } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
    const answer = await api.call("GET", `${path}?${name}=${key}`);
    expect(await read(answer)).toMatchObject({ status: 400, detail: expect.stringMatching(/in the header/) });
    expect(answer.status).toBe(400);
  },
);

test("a key with a wrong checksum is refused without a query", async () => {
  const { as, path } = await person(api);
  const { key } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
  expect(key).toMatch(API_KEY_FORM);
  const mistyped = key.slice(0, -1) + (key.endsWith("A") ? "B" : "A");
  expect(await statusWith(path, mistyped)).toBe(401);
  const unreachable = openDb(openPool({ url: "postgres://127.0.0.1:1/none", max: 1, name: "none" }));
  expect(await findKey(unreachable, mistyped, Date.now())).toBeNull();
  await expect(findKey(unreachable, key, Date.now())).rejects.toThrow(/ECONNREFUSED|connect|Failed query/);
  const brought = { name: "ci", scope: "write", key: mistyped };
  expect((await as("POST", `${path}/keys`, brought)).status).toBe(400);
});

test("a key works from its networks alone, and so does its successor", async () => {
  const { as, path } = await person(api);
  const input = { name: "ci", scope: "read", networks: ["10.0.0.0/8", "2001:db8::/32"] };
  const made = await read<Key>(await as("POST", `${path}/keys`, input));
  expect(made).toMatchObject({ networks: input.networks });
  expect(await statusWith(path, made.key)).toBe(200);
  const elsewhere = { ...input, networks: ["203.0.113.7"] };
  const other = await read<Key>(await as("POST", `${path}/keys`, elsewhere));
  const refused = await api.call("GET", path, { headers: { "x-api-key": other.key } });
  expect(await read(refused)).toMatchObject({
    status: 403,
    detail: expect.stringMatching(/own networks.* from 10\./),
  });
  const old = await api.call("GET", "/api/v3/checks/", { headers: { "x-api-key": other.key } });
  expect(old.status).toBe(401);
  const next = await read<Key>(await as("POST", `${path}/keys/${other.id}/rotate`, {}));
  expect(await statusWith(path, next.key)).toBe(403);
});

test.each([
  [{ networks: ["10.0.0.0/33"] }, "networks.0"],
  [{ networks: Array(21).fill("10.0.0.1") }, "networks"],
  [{ scope: "ping", networks: ["10.0.0.1"] }, "networks"],
])("%j is refused", async (wrong, field) => {
  const { as, path } = await person(api);
  const answer = await as("POST", `${path}/keys`, { name: "ci", scope: "read", ...wrong });
  expect(await read(answer)).toMatchObject({ status: 400, errors: [{ field }] });
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

test("a rotated key and its successor both work until the old one's end, and both are listed", async () => {
  const { as, path } = await person(api);
  const old = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "write" }));
  const rotated = await as("POST", `${path}/keys/${old.id}/rotate`, { keepOldSeconds: 3_600 });
  expect(rotated.status).toBe(201);
  const next = await read<Key & { name: string; scope: string; expiresAt: string | null }>(rotated);
  expect(next).toMatchObject({ name: "ci", scope: "write", expiresAt: null });
  expect(next.key).not.toBe(old.key);
  expect(await statusWith(path, old.key)).toBe(200);
  expect(await statusWith(path, next.key)).toBe(200);
  const { items } = await read<{ items: (Key & { expiresAt: string | null })[] }>(
    await as("GET", `${path}/keys`),
  );
  expect(items.map(({ id }) => id)).toEqual([old.id, next.id]);
  const endsInMs = Date.parse(items[0]?.expiresAt ?? "") - Date.now();
  expect(endsInMs).toBeGreaterThan(3_590_000);
  expect(endsInMs).toBeLessThanOrEqual(3_600_000);
});

test("rotating for no time at all ends the old key at once", async () => {
  const { as, path } = await person(api);
  const old = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read" }));
  const next = await read<Key>(await as("POST", `${path}/keys/${old.id}/rotate`, { keepOldSeconds: 0 }));
  expect([await statusWith(path, old.key), await statusWith(path, next.key)]).toEqual([401, 200]);
  expect((await as("POST", `${path}/keys/${old.id}/rotate`, {})).status).toBe(404);
});

test("a rotation never makes a key live longer than it would have", async () => {
  const { as, path } = await person(api);
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const { id } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "read", expiresAt }));
  await as("POST", `${path}/keys/${id}/rotate`, {});
  const { items } = await read<{ items: { id: string; expiresAt: string }[] }>(
    await as("GET", `${path}/keys`),
  );
  expect(items.find((key) => key.id === id)?.expiresAt).toBe(expiresAt);
});

test("a rotated key's successor ends when the key was to end", async () => {
  const { as, path } = await person(api);
  const expiresAt = new Date(Date.now() + 90 * 86_400_000).toISOString();
  const { id } = await read<Key>(await as("POST", `${path}/keys`, { name: "ci", scope: "write", expiresAt }));
  expect(await read(await as("POST", `${path}/keys/${id}/rotate`, {}))).toMatchObject({ expiresAt });
});

test.each([
  "a".repeat(32),
  "password".repeat(4),
  "correct-horse-".repeat(3).slice(0, 32),
  "1234567890".repeat(4).slice(0, 32),
  "abcdefghijklmnopqrstuvwxyz012345",
])("the key %s is refused in the same words as one of another project", async (weak) => {
  const [one, other] = [await person(api), await person(api)];
  const strong = randomBytes(16).toString("hex");
  const bring = async ({ as, path }: typeof one, key: string) =>
    await read<{ detail: string }>(await as("POST", `${path}/keys`, { name: "old", scope: "write", key }));
  await bring(one, strong);
  const refused = await bring(other, weak);
  expect(refused).toMatchObject({ status: 400, errors: [{ field: "key" }] });
  expect(refused).toEqual(await bring(other, strong));
  expect((await bring(one, strong)).detail).toContain("in use in this project already");
});

test("a key of old, 32 characters, goes on here; two projects cannot have the same", async () => {
  const [one, other] = [await person(api), await person(api)];
  const key = randomBytes(16).toString("hex");
  const input = { name: "from Healthchecks", scope: "write", key };
  expect((await one.as("POST", `${one.path}/keys`, input)).status).toBe(201);
  expect(await statusWith(one.path, key)).toBe(200);
  const listed = await api.call("GET", "/api/v3/checks/", { headers: { "x-api-key": key } });
  expect(listed.status).toBe(200);
  const again = await other.as("POST", `${other.path}/keys`, input);
  expect(await read(again)).toMatchObject({ status: 400, errors: [{ field: "key" }] });
  const short = await one.as("POST", `${one.path}/keys`, { ...input, key: "short" });
  expect(await read(short)).toMatchObject({ status: 400, errors: [{ field: "key" }] });
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

async function statusWith(path: string, key: string): Promise<number> {
  return (await api.call("GET", path, { headers: { "x-api-key": key } })).status;
}

test("a key that may only ping does so by slug, makes what is missing where asked, and shows when it was used", async () => {
  const { as, path } = await person(api);
  const { key, id } = await read<Key>(await as("POST", `${path}/keys`, { name: "hosts", scope: "ping" }));
  expect(await pingBy(key, "backup")).toEqual([404, "not found"]);
  expect(await pingBy(key, "backup", "?create=1")).toEqual([201, "Created"]);
  expect(await pingBy(key, "backup/fail")).toEqual([200, "OK"]);
  expect(await pingBy(key, "backup/999")).toEqual([400, "invalid url format"]);
  const { items } = await read<{ items: object[] }>(await as("GET", `${path}/checks`));
  expect(items).toMatchObject([{ slug: "backup", status: "down", pingCount: 2 }]);
  expect(await statusWith(path, key)).toBe(403);
  const keys = await read<{ items: Key[] }>(await as("GET", `${path}/keys`));
  expect(keys.items.find((one) => one.id === id)?.lastUsedAt).not.toBeNull();
});

test("a revoked key pings no more, and a key that may read or write never did", async () => {
  const { as, path } = await person(api);
  const keyOf = async (scope: string) =>
    await read<Key>(await as("POST", `${path}/keys`, { name: "hosts", scope }));
  const [pinging, writing] = [await keyOf("ping"), await keyOf("write")];
  expect(await pingBy(pinging.key, "backup", "?create=1")).toEqual([201, "Created"]);
  expect(await pingBy(writing.key, "backup")).toEqual([404, "not found"]);
  await as("DELETE", `${path}/keys/${pinging.id}`);
  expect(await pingBy(pinging.key, "backup")).toEqual([404, "not found"]);
});

async function pingBy(key: string, slug: string, query = ""): Promise<[number, string]> {
  const response = await api.app.request(`/ping/${key}/${slug}${query}`);
  return [response.status, await response.text()];
}
