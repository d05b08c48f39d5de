import { createHash } from "node:crypto";

import { schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { fillProject } from "../../test/one-of-everything.ts";
import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const SCOPES = ["read", "read:bodies", "write", "ping", "overview"] as const;

/** Every value in every column of every table; of documents and lists their parts, too. */
async function everyStoredValue(): Promise<Set<string>> {
  const { pool } = api.deps;
  const tables = await pool.query<{ name: string }>(
    "select format('%I', relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
    [],
  );
  const values = new Set<string>();
  for (const { name } of tables) {
    const rows = await pool.query<{ value: string }>(
      `select distinct v.value from ${name} t, jsonb_each_text(to_jsonb(t)) v where v.value is not null`,
      [],
    );
    for (const { value } of rows)
      for (const part of [value, ...value.split(/[\s"{}[\],:]+/)]) if (part !== "") values.add(part);
  }
  return values;
}

test("T-KEY-1: of all that is stored, no value is a key that opens anything", async () => {
  const ada = await person(api);
  await fillProject(api, ada);
  const holders = await Promise.all(SCOPES.map((scope) => keyHolder(api, ada.projectId, scope)));
  const rotated = await read<{ key: string }>(
    await ada.as("POST", `${ada.path}/keys/${holders[0]?.id}/rotate`, {}, { "idempotency-key": "once" }),
  );
  const keys = [...holders.map(({ key }) => key), rotated.key];
  for (const key of keys)
    expect((await api.call("GET", "/v1/me", { headers: { "x-api-key": key } })).status).not.toBe(401);
  const values = await everyStoredValue();
  expect(values.size).toBeGreaterThan(300);
  for (const key of keys) {
    expect([...values].filter((value) => value.includes(key) || value.includes(key.slice(9)))).toEqual([]);
    expect(values).toContain(createHash("sha256").update(key).digest("hex"));
  }
  const opened = [];
  for (const value of values) {
    if (!/^[\x21-\x7e]+$/.test(value)) continue; // no header can hold it
    const { status } = await api.call("GET", "/v1/me", { headers: { "x-api-key": value } });
    if (status !== 401) opened.push([value, status]);
  }
  expect(opened).toEqual([]);
});

test("T-KEY-3: a key that one process revokes is refused by another in the next request, and so is one that ends", async () => {
  const other = await testApi({ databaseUrl: api.database.url });
  const ada = await person(api);
  const key = await keyHolder(api, ada.projectId, "read");
  const statusThere = async () =>
    (await other.call("GET", ada.path, { headers: { "x-api-key": key.key } })).status;
  expect(await statusThere()).toBe(200);
  expect((await ada.as("DELETE", `${ada.path}/keys/${key.id}`)).status).toBe(204);
  expect(await statusThere()).toBe(401);
  const ending = await keyHolder(api, ada.projectId, "read");
  await api.db
    .update(schema.apiKeys)
    .set({ expiresAt: new Date(Date.now() - 1) })
    .where(eq(schema.apiKeys.id, ending.id));
  const headers = { "x-api-key": ending.key };
  expect((await other.call("GET", ada.path, { headers })).status).toBe(401);
});
